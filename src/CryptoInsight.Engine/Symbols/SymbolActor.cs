using Akka.Actor;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>One symbol's windows: mailbox and effects around <see cref="SymbolCache"/>.</summary>
/// <remarks>Owns: the symbol's indicator state, a cache that may vanish at any time. Supervised by its shard; one actor per symbol and cluster.
/// Loses on restart: the cache; gets it back by reading Silver as of the position that the next request names. Everything it knows came from Silver.</remarks>
public sealed class SymbolActor : ReceiveActor, IWithUnboundedStash
{
    private readonly SignalSettings _settings;
    private readonly SymbolHistories _histories;
    private SymbolCache _cache = SymbolCache.Empty;

    public SymbolActor(SignalSettings settings, SymbolHistories histories)
    {
        _settings = settings;
        _histories = histories;
        Ready();
    }

    public IStash Stash { get; set; } = null!;

    public static Props Props(SignalSettings settings, SymbolHistories histories) => Akka.Actor.Props.Create(() => new SymbolActor(settings, histories));

    private sealed record HistoryRead(SymbolProtocol.ICommand Command, IActorRef Asker, CandleHistory History) : INoSerializationVerificationNeeded;

    private sealed record HistoryFailed(string RequestId, Symbol Symbol, IActorRef Asker, Exception Cause) : INoSerializationVerificationNeeded;

    private void Ready()
    {
        Receive<SymbolProtocol.ComputeSignals>(request =>
        {
            if (_cache.TryAnswer(request, _settings) is { } answer)
            {
                Reply(request.RequestId, request.Symbol, Sender, answer);
            }
            else
            {
                Load(request, request.RequestId, request.From.SilverVersion);
            }
        });
        Receive<SymbolProtocol.ComputeAllSignals>(request => Load(request, request.RequestId, request.At.SilverVersion));
    }

    private void Loading()
    {
        Receive<HistoryRead>(read =>
        {
            switch (read.Command)
            {
                case SymbolProtocol.ComputeSignals request:
                    Reply(request.RequestId, request.Symbol, read.Asker, SymbolCache.Answer(request, read.History, _settings));
                    break;
                case SymbolProtocol.ComputeAllSignals request:
                    Reply(request.RequestId, request.Symbol, read.Asker, SymbolCache.AnswerAll(request, read.History, _settings));
                    break;
            }

            BackToReady();
        });
        Receive<HistoryFailed>(failed =>
        {
            SymbolProtocol.IReply reply = failed.Cause is VersionNotFoundException or MissingFileException
                ? new SymbolProtocol.StateLost(failed.RequestId, failed.Symbol, failed.Cause.Message)
                : new SymbolProtocol.ComputeFailed(failed.RequestId, failed.Symbol, failed.Cause.Message);
            failed.Asker.Tell(reply);
            BackToReady();
        });
        ReceiveAny(_ => Stash.Stash());
    }

    private void Load(SymbolProtocol.ICommand command, string requestId, long version)
    {
        IActorRef asker = Sender;
        _histories.ReadAsync(command.Symbol, version).PipeTo(
            Self,
            success: history => new HistoryRead(command, asker, history),
            failure: cause => new HistoryFailed(requestId, command.Symbol, asker, cause));
        Become(Loading);
    }

    private void BackToReady()
    {
        Become(Ready);
        Stash.UnstashAll();
    }

    private void Reply(string requestId, Symbol symbol, IActorRef asker, (SymbolCache Next, SignalDelta Delta) answer)
    {
        _cache = answer.Next;
        asker.Tell(new SymbolProtocol.SignalsComputed(requestId, symbol, answer.Delta));
    }
}
