// The memory dump of the menu.
#pragma once

// Asks for an address and shows what is there; Enter goes on, an empty answer or escape ends it.
void memory_dump(void);
