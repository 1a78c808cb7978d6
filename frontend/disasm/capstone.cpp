#include "frontend/disasm/capstone.h"

#include "common/assertion.h"
#include "common/endian.h"

#include <capstone/capstone.h>
#include <fmt/format.h>

namespace vestige::disasm {

Capstone::Capstone(CapstoneIsa isa) {
    const bool is_ppc = isa == CapstoneIsa::ppc;
    const int mode = CS_MODE_BIG_ENDIAN | (is_ppc ? CS_MODE_32 : 0);
    const cs_err error =
        cs_open(is_ppc ? CS_ARCH_PPC : CS_ARCH_SPARC, static_cast<cs_mode>(mode), &handle_);
    VESTIGE_ASSERT(error == CS_ERR_OK);
}

Capstone::~Capstone() { cs_close(&handle_); }

std::optional<std::string> Capstone::disassemble(std::uint32_t word, std::uint64_t pc) const {
    std::uint8_t bytes[4];
    store_be(bytes, word);
    cs_insn* instruction = nullptr;
    if (cs_disasm(handle_, bytes, sizeof bytes, pc, 1, &instruction) == 0) return std::nullopt;
    std::string text = instruction->mnemonic;
    if (instruction->op_str[0] != 0) text += fmt::format(" {}", instruction->op_str);
    cs_free(instruction, 1);
    return text;
}

} // namespace vestige::disasm
