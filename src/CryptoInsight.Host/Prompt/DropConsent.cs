namespace CryptoInsight.Host.Prompt;

/// <summary>The table that an operator has confirmed to drop: by an option, or by typing its name at the prompt.</summary>
public sealed class DropConsent
{
    public string? Table { get; set; }
}
