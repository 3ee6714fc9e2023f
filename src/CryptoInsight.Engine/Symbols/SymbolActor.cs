using Akka.Actor;
using CryptoInsight.Delta;

namespace CryptoInsight.Engine.Symbols;

/// <summary>One symbol's windows: mailbox and effects around <see cref="SymbolCache"/>.</summary>
/// <remarks>Owns: the symbol's indicator state, a cache that may vanish at any time. Supervised by its shard; one actor per symbol and cluster.
/// Loses on restart: the cache; gets it back from a snapshot and the changes since, or by reading Silver as of the position that the next request names. Everything it knows came from Silver.</remarks>
public sealed class SymbolActor : ReceiveActor, IWithUnboundedStash
{
    /// <summary>A snapshot is also due after so many candles, however few versions brought them: a history comes in in a few large ones, and a start would have to apply all of it again.</summary>
    private const int SnapshotAfterChanges = 300;

    /// <summary>Whoever is not asked for a moment writes down what fewer candles have changed: so nothing is written twice while a history comes in, and little is left to apply after it.</summary>
    private const int SnapshotWhenIdleAfterChanges = 20;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(1);

    private readonly SymbolSources _sources;
    private SymbolCache _cache = SymbolCache.Empty;
    private long? _snapshotTurn;
    private long _snapshotVersion;
    private int _changesSinceSnapshot;
    private int _changesOfLast;

    public SymbolActor(SymbolSources sources)
    {
        _sources = sources;
        Ready();
    }

    public IStash Stash { get; set; } = null!;

    public static Props Props(SymbolSources sources) => Akka.Actor.Props.Create(() => new SymbolActor(sources));

    private sealed record Loaded(SymbolProtocol.ICommand Command, IActorRef Asker, SymbolSources.Answer Answer) : INoSerializationVerificationNeeded;

    private sealed record LoadFailed(SymbolProtocol.ICommand Command, IActorRef Asker, Exception Cause) : INoSerializationVerificationNeeded;

    private void Ready()
    {
        Receive<SymbolProtocol.ComputeSignals>(request =>
        {
            if (request.To.Index is not null && _cache.TryAnswer(request, _sources.Settings) is { } answer)
            {
                Reply(request, Sender, new SymbolSources.Answer(answer.Next, answer.Delta));
            }
            else
            {
                Load(request);
            }
        });
        Receive<SymbolProtocol.ComputeAllSignals>(Load);
        Receive<ReceiveTimeout>(_ => KeepNow());
    }

    private void Loading()
    {
        Receive<Loaded>(loaded =>
        {
            if (loaded.Answer.Snapshot is { } used)
            {
                (_snapshotVersion, _changesSinceSnapshot) = (used.SilverVersion, used.Changes);
                _snapshotTurn = IsStale(loaded.Answer.Next) ? null : TurnOf(loaded.Answer.Next); // the one on the shelf is good enough for now
            }

            Reply(loaded.Command, loaded.Asker, loaded.Answer);
            BackToReady();
        });
        Receive<LoadFailed>(failed =>
        {
            failed.Asker.Tell(failed.Cause is VersionNotFoundException or MissingFileException
                ? new SymbolProtocol.StateLost(failed.Command.RequestId, failed.Command.Symbol, failed.Cause.Message)
                : new SymbolProtocol.ComputeFailed(failed.Command.RequestId, failed.Command.Symbol, failed.Cause.Message));
            BackToReady();
        });
        Receive<ReceiveTimeout>(_ => { }); // it is at work
        ReceiveAny(_ => Stash.Stash());
    }

    private void Load(SymbolProtocol.ICommand command)
    {
        IActorRef asker = Sender;
        _sources.AnswerAsync(command, _cache).PipeTo(
            Self, success: answer => new Loaded(command, asker, answer), failure: cause => new LoadFailed(command, asker, cause));
        Become(Loading);
    }

    private void BackToReady()
    {
        Become(Ready);
        Stash.UnstashAll();
    }

    private void Reply(SymbolProtocol.ICommand command, IActorRef asker, SymbolSources.Answer answer)
    {
        _cache = answer.Next;
        asker.Tell(new SymbolProtocol.SignalsComputed(command.RequestId, command.Symbol, answer.Delta));
        long turn = TurnOf(_cache);
        _changesOfLast = command is SymbolProtocol.ComputeSignals request ? request.Changes.Count : 0;
        _changesSinceSnapshot += _changesOfLast;
        if (turn != _snapshotTurn || _changesSinceSnapshot >= SnapshotAfterChanges)
        {
            KeepNow();
        }
        else if (_changesSinceSnapshot >= SnapshotWhenIdleAfterChanges || IsStale(_cache))
        {
            Context.SetReceiveTimeout(s_idle);
        }
    }

    // What the last request began from: Gold has committed that. A node that dies before it commits what the request asked for would find a snapshot ahead of it, and read the whole history.
    private void KeepNow()
    {
        Context.SetReceiveTimeout(null);
        (_snapshotTurn, _changesSinceSnapshot) = (TurnOf(_cache), _cache.Previous is null ? 0 : _changesOfLast);
        SymbolCache.Entry kept = _cache.Previous ?? _cache.Current!;
        _snapshotVersion = kept.Position.SilverVersion;
        _sources.Keep(kept);
    }

    /// <summary>Whoever starts from a snapshot that is many versions old has to read those versions, with all other symbols' rows in them: it is renewed although the symbol hardly changed.</summary>
    private bool IsStale(SymbolCache cache) => VersionOf(cache) - _snapshotVersion > _sources.StaleAfterVersions(cache.Current!.State.Symbol);

    private static long VersionOf(SymbolCache cache) => cache.Current!.Position.SilverVersion;

    private long TurnOf(SymbolCache cache) => _sources.TurnOf(cache.Current!.State.Symbol, VersionOf(cache));
}
