namespace CryptoInsight.Domain.Signals;

/// <summary>Everything besides the symbol's own candles that its Gold rows are a function of.</summary>
/// <param name="Settings">Timeframes and delay.</param>
/// <param name="Watermarks">What time has made final.</param>
/// <param name="Index">The Fear and Greed index.</param>
/// <remarks>Value equality: two equal contexts give equal rows.</remarks>
public sealed record SignalContext(SignalSettings Settings, Watermarks Watermarks, FearGreedIndex Index);
