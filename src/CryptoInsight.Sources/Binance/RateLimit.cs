namespace CryptoInsight.Sources.Binance;

/// <summary>One limit that the exchange announces.</summary>
/// <param name="Type">Such as <c>REQUEST_WEIGHT</c>; unknown types are kept.</param>
/// <param name="Window">How long the window is.</param>
/// <param name="Limit">How much fits in.</param>
public sealed record RateLimit(string Type, TimeSpan Window, int Limit);
