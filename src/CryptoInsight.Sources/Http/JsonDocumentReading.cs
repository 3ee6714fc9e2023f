namespace CryptoInsight.Sources.Http;

/// <summary>What reading a body gave: a value, or why there is none.</summary>
public readonly record struct JsonDocumentReading<T>(T? Value, string? Why)
    where T : class
{
    public static JsonDocumentReading<T> Of(T value) => new(value, null);

    public static JsonDocumentReading<T> No(string why) => new(null, why);
}
