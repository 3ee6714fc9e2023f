using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Simulation.Tests.Market;

/// <summary>A row as the exchange gave it, and what every honest reader must make of it: a candle, or (null) a dead letter.</summary>
internal sealed record BronzeRow(RawCandle Raw, SilverCandle? Passing)
{
    /// <summary>The id of its dead letter, if it is one.</summary>
    public string LetterId { get; } = DeadLetter.Of(new BronzeEntry.Readable(Raw), "", "", "").DlqId;
}
