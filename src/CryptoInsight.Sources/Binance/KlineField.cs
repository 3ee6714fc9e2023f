namespace CryptoInsight.Sources.Binance;

/// <summary>A wire column with its place in the row that is being read.</summary>
internal sealed record KlineField(WireColumn Column, KlineSlot Slot, int ExtraIndex);

/// <summary>Where a value goes.</summary>
internal enum KlineSlot
{
    OpenTime,
    Open,
    High,
    Low,
    Close,
    Volume,
    CloseTime,
    QuoteVolume,
    Trades,
    TakerBuyBase,
    TakerBuyQuote,
    Ignored,
    Extra,
}
