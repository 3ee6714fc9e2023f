using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Engine.Tests.Jobs;

namespace CryptoInsight.Engine.Tests.Symbols;

public sealed class SnapshotSpecs
{
    [Fact]
    public async Task A_snapshot_and_the_changes_since_give_the_answer_of_the_whole_history()
    {
        int fromSnapshot = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            GoldLake lake = await GoldLake.CreateAsync();
            var shelf = new Shelf();
            await lake.PublishAsync((0, 20), (1, 70));
            SignalPosition[] at = new SignalPosition[6];
            for (int n = 0; n < at.Length; n++)
            {
                await lake.PutAsync(GoldLake.Quarters(Sample.Btc, n * 20, 20, seed), n > 0 ? [GoldLake.Quarter(Sample.Btc, (n * 20) - 1 - (random.Next(12) == 0 ? 15 : random.Next(2)), 77)] : []);
                at[n] = await PositionAsync(lake);
            }

            int kept = random.Next(3), from = random.Next(kept, 5);
            var before = new SymbolSources(lake.Tables, lake.Settings, shelf);
            before.Keep((await before.AnswerAsync(Question(at[kept], at[kept]), SymbolCache.Empty)).Next.Current!);
            shelf.AsBytes();

            // Changes from a to b are asked with what lies between them.
            SymbolProtocol.ComputeSignals question = Question(at[from], at[5]) with { Changes = (await new SilverSince(lake.Tables.Silver).ReadAsync(Sample.Btc, at[from].SilverVersion, at[5].SilverVersion))! };
            SymbolSources.Answer answer = await new SymbolSources(lake.Tables, lake.Settings, shelf).AnswerAsync(question, SymbolCache.Empty);
            SymbolSources.Answer whole = await new SymbolSources(lake.Tables, lake.Settings, NoSnapshots.Instance).AnswerAsync(question, SymbolCache.Empty);
            fromSnapshot += answer.Snapshot is null ? 0 : 1;
            Assert.Null(whole.Snapshot);
            Assert.Equal(whole.Delta.Upserts, answer.Delta.Upserts);
            Assert.Equal(whole.Delta.Deletes, answer.Delta.Deletes);
        }

        Assert.InRange(fromSnapshot, 10, 29); // the others were reached by a change older than what the state held
    }

    [Fact]
    public async Task A_snapshot_of_other_settings_of_another_table_or_of_later_is_not_used()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        var shelf = new Shelf();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 50));
        SignalPosition first = await PositionAsync(lake);
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 50, 5));
        SignalPosition second = await PositionAsync(lake);
        var sources = new SymbolSources(lake.Tables, lake.Settings, shelf);
        sources.Keep((await sources.AnswerAsync(Question(second, second), SymbolCache.Empty)).Next.Current!);
        Assert.NotNull((await sources.AnswerAsync(Question(second, second), SymbolCache.Empty)).Snapshot);
        Assert.Null((await sources.AnswerAsync(Question(first, first), SymbolCache.Empty)).Snapshot);
        SignalPosition other = second with { ConfigGeneration = 5 };
        Assert.Null((await sources.AnswerAsync(Question(other, other), SymbolCache.Empty)).Snapshot);
        shelf.Spoil();
        Assert.Null((await sources.AnswerAsync(Question(second, second), SymbolCache.Empty)).Snapshot);
    }

    [Fact]
    public async Task A_driver_that_finds_its_horizon_on_the_shelf_commits_the_same()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        var shelf = new Shelf();
        for (int n = 0; n < 4; n++)
        {
            await lake.PutAsync(GoldLake.Quarters(n % 2 == 0 ? Sample.Btc : Sample.Eth, n * 10, 10));
            ITableJob job = await GoldJob.StartAsync(lake.Tables, lake.Settings, new CachedSymbols(lake.Tables, lake.Settings), shelf, TimeProvider.System, JobStart.Position, GoldJob.RebuildRowsMax, default);
            await lake.CatchUpAsync(job);
            await lake.AssertPureAsync();
        }

        Assert.Contains(shelf.Names, n => n.EndsWith("horizon of Gold", StringComparison.Ordinal));
        Assert.True(shelf.Found > 1);
    }

    [Fact]
    public async Task Changes_that_are_too_many_to_hold_are_read_once_and_then_left_to_the_histories()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        for (int n = 0; n < 10; n++)
        {
            await lake.PutAsync(GoldLake.Quarters(Sample.Btc, n * 20, 20));
        }

        var since = new SilverSince(lake.Tables.Silver, rowsMax: 60);
        Assert.Equal(200, (await since.ReadAsync(Sample.Btc, 0, 10))!.Count); // whoever is on its way gets there
        Assert.Null(await since.ReadAsync(Sample.Btc, 0, 10));
        Assert.Null(await since.ReadAsync(Sample.Eth, 6, 10));
        Assert.Equal(60, (await since.ReadAsync(Sample.Btc, 7, 10))!.Count);
        Assert.Empty((await since.ReadAsync(Sample.Eth, 7, 10))!);
    }

    [Fact]
    public async Task Symbols_take_turns()
    {
        var sources = new SymbolSources((await GoldLake.CreateAsync()).Tables, SignalSettings.Default(), new Shelf());
        long[] due = [.. Enumerable.Range(1, Shelf.Every).Select(v => (long)Enumerable.Range(0, 1_000).Select(i => Symbol.Parse($"S{i}USDT")).Count(s => sources.TurnOf(s, v) != sources.TurnOf(s, v - 1)))];
        Assert.Equal(1_000, due.Sum());
        Assert.InRange(due.Max(), 1, 300);
    }

    private static SymbolProtocol.ComputeSignals Question(SignalPosition from, SignalPosition to) => new("q", Sample.Btc, from, to, []);

    private static async Task<SignalPosition> PositionAsync(GoldLake lake)
    {
        var horizon = new SilverHorizon();
        long version = lake.Tables.Silver.Table.Snapshot.Version;
        await horizon.LoadAsync(lake.Tables.Silver, version, default);
        return new SignalPosition(version, (await lake.Tables.Index.NewestAsync()).Version, 4, horizon.Watermarks(lake.Settings), null);
    }

    /// <summary>A shelf in memory.</summary>
    private sealed class Shelf : ISnapshotShelf
    {
        public const int Every = 10;

        private readonly Dictionary<string, object> _kept = new(StringComparer.Ordinal);

        public int EveryVersions => Every;

        public int Found { get; private set; }

        public IReadOnlyCollection<string> Names => _kept.Keys;

        public Task<object?> FindAsync(string name)
        {
            object? found = _kept.GetValueOrDefault(name);
            Found += found is null ? 0 : 1;
            return Task.FromResult(found);
        }

        public void Put(string name, object snapshot) => _kept[name] = snapshot;

        /// <summary>What a database would give back.</summary>
        public void AsBytes()
        {
            foreach ((string name, object kept) in _kept.ToList())
            {
                _kept[name] = Engine.Symbols.Wire.SymbolSnapshot.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray((Engine.Symbols.Wire.SymbolSnapshot)kept));
            }
        }

        /// <summary>One byte of every state is wrong.</summary>
        public void Spoil()
        {
            foreach (Engine.Symbols.Wire.SymbolSnapshot kept in _kept.Values.Cast<Engine.Symbols.Wire.SymbolSnapshot>())
            {
                byte[] state = kept.State.ToByteArray();
                state[state.Length / 2] ^= 1;
                kept.State = Google.Protobuf.ByteString.CopyFrom(state);
            }
        }
    }
}
