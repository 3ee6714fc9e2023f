namespace CryptoInsight.Host.Commands;

/// <summary>What scripts depend on.</summary>
public static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
}
