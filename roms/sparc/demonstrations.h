// Menu items that show the processor at work.
#pragma once

void demonstrate_exceptions(void);
void demonstrate_windows(void);
void demonstrate_delay_slots(void);
