namespace CryptoInsight.Lake.Changes;

/// <summary>What an operator has said beside a statement: some changes need more than the statement itself.</summary>
/// <param name="AcceptLoss">RESTORE of a bronze table may lose rows that were accepted.</param>
/// <param name="DropConfirmed">The name of the table that may be dropped, typed again.</param>
public sealed record ChangeConsent(bool AcceptLoss = false, string? DropConfirmed = null)
{
    public static ChangeConsent None { get; } = new();
}
