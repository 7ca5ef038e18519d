namespace waymark::acme
{

int helper();

int helper()
{
    return 1;
}

} // namespace waymark::acme
