#pragma once

namespace waymark::httpapi
{

/// Empties the processor's vector registers, in which copying and searching leave bytes of their subject. The
/// dynamic linker writes them all to the stack, where nobody wipes, when a library's function is called for
/// the first time.
void clearVectorRegisters() noexcept;

} // namespace waymark::httpapi
