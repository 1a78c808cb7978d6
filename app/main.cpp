#include <string>
#include <vector>

#include "app/run.h"

int main(int count, char** words) {
    return vestige::run_program(std::vector<std::string>(words + 1, words + count));
}
