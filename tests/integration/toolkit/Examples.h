#pragma once

#include <string>

/// The example of EIP-778: a key and the record that it makes.
namespace waymark::testing
{

inline const std::string exampleKey = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";
inline const std::string exampleNodeId = "a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7";
inline const std::string examplePublicKey =
    "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd3138"
    "7574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
inline const std::string exampleRecord =
    "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlk"
    "gnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
/// Its content in hex, signature first, as the EIP writes it.
inline const std::string exampleRlp = "f884b8407098ad865b00a582051940cb9cf36836572411a47278783077011599ed5cd1"
                                      "6b76f2635f4e234738f30813a89eb9137e3e3df5266e"
                                      "3a1f11df72ecf1145ccb9c01826964827634826970847f00000189736563703235366b"
                                      "31a103ca634cae0d49acb401d8a4c6b6fe8c55b70d11"
                                      "5bf400769cc1400f3258cd31388375647082765f";

} // namespace waymark::testing
