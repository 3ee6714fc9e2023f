namespace CryptoInsight.Engine.Jobs;

/// <summary>Rows carry an element that the wire schema does not know, and the setting says to stop then. Permanent: an operator adds the column, nothing is lost.</summary>
/// <param name="element">The array's element, or the object's field.</param>
/// <param name="example">A value of it, bounded and printable.</param>
/// <param name="snippet">What to add to the configuration.</param>
/// <param name="message">What, where and what to do.</param>
public sealed class SchemaDriftException(string element, string example, string snippet, string message) : Exception(message)
{
    public string Element { get; } = element;

    public string Example { get; } = example;

    public string Snippet { get; } = snippet;
}
