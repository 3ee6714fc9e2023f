namespace CryptoInsight.Engine.Options;

/// <summary>What Silver does when rows carry elements that the wire schema does not know.</summary>
public enum SchemaDriftMode
{
    /// <summary>Go on: Bronze keeps them in <c>_rescued_data</c>.</summary>
    Rescue,

    /// <summary>Fail before anything is written, until an operator has said what they are.</summary>
    Fail,
}
