namespace CryptoInsight.Lake.Checks;

/// <summary>What one check of one table found, with the evidence for it.</summary>
public sealed record CheckOutcome(string Table, string Check, CheckState State, string Evidence)
{
    public static CheckOutcome Ok(string table, string check, string evidence) => new(table, check, CheckState.Ok, evidence);

    public static CheckOutcome Failed(string table, string check, string evidence) => new(table, check, CheckState.Failed, evidence);

    public static CheckOutcome Skipped(string table, string check, string why) => new(table, check, CheckState.Skipped, why);
}

/// <summary>The result of a check.</summary>
public enum CheckState
{
    /// <summary>It holds.</summary>
    Ok,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>It could not be made here; the evidence says why.</summary>
    Skipped,
}
