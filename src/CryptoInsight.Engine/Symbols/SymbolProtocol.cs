using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Everything a <see cref="SymbolActor"/> hears and says. Delivery: at least once; answers are matched by id alone.</summary>
public static class SymbolProtocol
{
    /// <summary>Routed to the symbol's shard.</summary>
    public interface IWithSymbol
    {
        Symbol Symbol { get; }
    }

    public interface ICommand : IWithSymbol
    {
        /// <summary>Globally unique; a request that is sent again keeps it, and its answer repeats it.</summary>
        string RequestId { get; }
    }

    public interface IReply : IWithSymbol
    {
        string RequestId { get; }
    }

    /// <summary>Asks for rows(to) - rows(from).</summary>
    /// <param name="Changes">The symbol's row changes in Silver between the two versions, net, in order.</param>
    public sealed record ComputeSignals(string RequestId, Symbol Symbol, SignalPosition From, SignalPosition To, IReadOnlyList<CandleChange> Changes) : ICommand;

    /// <summary>Asks for all rows at a position: what a rebuild compares with Gold.</summary>
    public sealed record ComputeAllSignals(string RequestId, Symbol Symbol, SignalPosition At) : ICommand;

    /// <summary>The rows to write and the keys to delete.</summary>
    public sealed record SignalsComputed(string RequestId, Symbol Symbol, SignalDelta Delta) : IReply;

    /// <summary>The symbol's history at the position asked for is cleaned: the driver must rebuild at the newest version.</summary>
    public sealed record StateLost(string RequestId, Symbol Symbol, string Why) : IReply;

    /// <summary>The actor could not read the lake just now; asking again may help.</summary>
    public sealed record ComputeFailed(string RequestId, Symbol Symbol, string Why) : IReply;
}
