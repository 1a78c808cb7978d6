// What the monitor, the window and the keyboard may do to the run.
#pragma once

namespace vestige {

class RunControl {
  public:
    virtual ~RunControl() = default;

    // From any thread: the program ends with status 0.
    virtual void quit() = 0;
    // From any thread: the machine's thread leaves run() soon and looks what there is to do.
    virtual void attend() = 0;

    // -- machine's thread
    virtual void pause() = 0;
    virtual void resume() = 0;
    virtual bool paused() const = 0;
    virtual bool ending() const = 0; // quit() was called
};

} // namespace vestige
