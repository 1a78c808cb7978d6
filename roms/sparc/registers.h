// Menu item: the processor's registers.
#pragma once

void registers_print(void);
