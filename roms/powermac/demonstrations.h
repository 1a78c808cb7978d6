// Menu item: exceptions caused on purpose, caught and explained.
#pragma once

void demonstrate_exceptions(void);
