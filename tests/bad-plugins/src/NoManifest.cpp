// A shared library like any other.
extern "C" int waymarkTestAnswer();

extern "C" int waymarkTestAnswer()
{
    return 42;
}
