using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Lake;
using Google.Protobuf;

namespace CryptoInsight.Engine.Symbols;

/// <summary>What a symbol's answer is made from when its memory is not enough: a snapshot and the changes since, else Silver and the index as of the request's versions.</summary>
/// <remarks>One for all symbols of a node, safe for concurrent use.</remarks>
public sealed class SymbolSources(LakeTables lake, SignalSettings settings, ISnapshotShelf shelf)
{
    private const int StaleAfterVersionsLeast = 10;

    private readonly SymbolHistories _histories = new(lake.Silver);
    private readonly SilverSince _since = new(lake.Silver);

    /// <summary>The timeframes; a delay acts through the watermarks of a request alone.</summary>
    public SignalSettings Settings => settings;

    /// <summary>An answer, and the snapshot that its state came from, if it came from one.</summary>
    public sealed record Answer(SymbolCache Next, SignalDelta Delta, UsedSnapshot? Snapshot = null);

    /// <summary>A snapshot that was caught up from.</summary>
    /// <param name="SilverVersion">What it had seen.</param>
    /// <param name="Changes">The symbol's own changes since.</param>
    public sealed record UsedSnapshot(long SilverVersion, int Changes);

    /// <summary>The answer from the tables; throws what the lake throws.</summary>
    public async Task<Answer> AnswerAsync(SymbolProtocol.ICommand command, SymbolCache cache)
    {
        if (command is SymbolProtocol.ComputeAllSignals all)
        {
            all = all with { At = await WithIndexAsync(all.At).ConfigureAwait(false) };
            (SymbolCache next, SignalDelta rows) = SymbolCache.AnswerAll(all, await _histories.ReadAsync(all.Symbol, all.At.SilverVersion).ConfigureAwait(false), settings);
            return new Answer(next, rows);
        }

        var request = (SymbolProtocol.ComputeSignals)command;
        request = request with { To = await WithIndexAsync(request.To).ConfigureAwait(false) };
        if (cache.TryAnswer(request, settings) is { } known)
        {
            return new Answer(known.Next, known.Delta);
        }

        request = request with { From = await WithIndexAsync(request.From).ConfigureAwait(false) };
        if (await FromSnapshotAsync(request.Symbol, request.From).ConfigureAwait(false) is { } kept && new SymbolCache(null, kept.Entry).TryAnswer(request, settings) is { } caughtUp)
        {
            return new Answer(caughtUp.Next, caughtUp.Delta, kept.From);
        }

        (SymbolCache whole, SignalDelta delta) = SymbolCache.Answer(request, await _histories.ReadAsync(request.Symbol, request.From.SilverVersion).ConfigureAwait(false), settings);
        return new Answer(whole, delta);
    }

    /// <summary>Which of the snapshots of a symbol a version belongs to; another number means that one is due. Symbols take turns.</summary>
    public long TurnOf(Symbol symbol, long silverVersion) =>
        shelf.EveryVersions == 0 ? 0 : (silverVersion + (StableHash(symbol.Code) % (uint)shelf.EveryVersions)) / shelf.EveryVersions;

    /// <summary>How many versions old a snapshot of the symbol may get; not the same for all, so that they do not all write at once.</summary>
    public long StaleAfterVersions(Symbol symbol) => shelf.EveryVersions == 0 ? long.MaxValue : StaleAfterVersionsLeast + (StableHash(symbol.Code) % StaleAfterVersionsLeast);

    /// <summary>Keeps the state of an entry.</summary>
    public void Keep(SymbolCache.Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (shelf.EveryVersions > 0)
        {
            shelf.Put(NameOf(entry.State.Symbol), new Wire.SymbolSnapshot
            {
                Symbol = entry.State.Symbol.Code,
                SilverTableId = lake.Silver.Table.Snapshot.Metadata.Id,
                Position = ChangeColumns.Write(entry.Position),
                State = UnsafeByteOperations.UnsafeWrap(SymbolStateCodec.Write(entry.State)),
            });
        }
    }

    private string NameOf(Symbol symbol) => $"{lake.Silver.Table.Snapshot.Metadata.Id}/{symbol.Code}";

    private async Task<SignalPosition> WithIndexAsync(SignalPosition position) =>
        position.Index is not null ? position : position with { Index = await lake.Index.AtAsync(position.IndexVersion).ConfigureAwait(false) };

    /// <summary>The state at a position from the snapshot and the changes since, or null if there is none that fits.</summary>
    private async Task<(SymbolCache.Entry Entry, UsedSnapshot From)?> FromSnapshotAsync(Symbol symbol, SignalPosition at)
    {
        if (at.SilverVersion < 0 || await shelf.FindAsync(NameOf(symbol)).ConfigureAwait(false) is not Wire.SymbolSnapshot kept
            || kept.SilverTableId != lake.Silver.Table.Snapshot.Metadata.Id || kept.Position is null)
        {
            return null;
        }

        SignalPosition position = ChangeColumns.Read(kept.Position);
        if (position.ConfigGeneration != at.ConfigGeneration || position.SilverVersion > at.SilverVersion)
        {
            return null;
        }

        try
        {
            position = await WithIndexAsync(position).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is Delta.VersionNotFoundException or Delta.MissingFileException)
        {
            return null;
        }

        if (SymbolStateCodec.TryRead(kept.State.Span, symbol, position.Context(settings)) is not { } state
            || await _since.ReadAsync(symbol, position.SilverVersion, at.SilverVersion).ConfigureAwait(false) is not { } changes)
        {
            return null;
        }

        return SymbolTransitions.Apply(state, changes, at.Context(settings)) is SymbolStep.Applied applied ? (new SymbolCache.Entry(at, applied.Next), new UsedSnapshot(position.SilverVersion, changes.Count)) : null;
    }

    // The same on every node and in every process: a snapshot's turn must not depend on who counts.
    private static uint StableHash(string text)
    {
        uint hash = 2_166_136_261; // FNV-1a
        foreach (char c in text)
        {
            hash = (hash ^ c) * 16_777_619;
        }

        return hash;
    }
}
