using Akka.Actor;
using Akka.TestKit.Xunit2;
using CryptoInsight.Delta;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Engine.Tests.Jobs;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>Driver and symbol actors over a network that loses, doubles and reorders, with two actors for one symbol and actors that die: Gold stays exact.</summary>
public sealed class SymbolNetworkSpecs() : TestKit("akka { loglevel = ERROR, log-dead-letters = off }")
{
    [Theory]
    [InlineData(0)]
    [InlineData(25)]
    [InlineData(50)]
    [InlineData(75)]
    public async Task Gold_is_exact_whatever_the_network_does(int firstSeed)
    {
        for (int seed = firstSeed; seed < firstSeed + 25; seed++)
        {
            GoldLake lake = await GoldLake.CreateAsync();
            IActorRef region = Sys.ActorOf(Props.Create(() => new BadRegion(new SymbolSources(lake.Tables, lake.Settings, NoSnapshots.Instance), seed)));
            var random = new Random(seed);
            ITableJob job = await StartAsync();
            for (int step = 0; step < 5; step++)
            {
                int to = (step + 1) * 6;
                await lake.PutAsync(
                    [.. GoldLake.Quarters(Sample.Btc, to - 6, 6, seed), .. GoldLake.Quarters(Sample.Eth, to - 6, random.Next(7), seed)],
                    step > 2 ? [GoldLake.Quarter(Sample.Btc, random.Next(to - 6), random.Next(50, 90))] : []);
                TailStep next = await new TableTail(lake.Tables.Silver.Table).ReadAfterAsync(job.Position, TailLimits.Default);
                if (await job.StepAsync(next, default) is StepOutcome.StartAgain || random.Next(4) == 0)
                {
                    job = await StartAsync(); // a driver that crashed: the answers to its questions are still under way
                }
            }

            await lake.AssertPureAsync();
            Sys.Stop(region);

            Task<ITableJob> StartAsync() => lake.StartAsync(lake.Tables, symbols: new SymbolAsker(Sys, region, $"run{seed}/{random.Next()}", TimeSpan.FromMilliseconds(40)));
        }
    }

    /// <summary>Two actors for every symbol, and messages that are lost, doubled, late or sent to the wrong one of the two.</summary>
    private sealed class BadRegion : ReceiveActor
    {
        public BadRegion(SymbolSources sources, int seed)
        {
            var random = new Random(seed);
            var late = new Queue<(SymbolProtocol.ICommand Command, IActorRef Asker)>();
            Receive<SymbolProtocol.ICommand>(command =>
            {
                if (random.Next(5) > 0)
                {
                    Deliver(command, Sender);
                }

                if (random.Next(4) == 0)
                {
                    Deliver(command, Sender); // doubled, maybe to the other actor
                }

                late.Enqueue((command, Sender));
                if (random.Next(3) == 0)
                {
                    (SymbolProtocol.ICommand old, IActorRef asker) = late.Dequeue();
                    Deliver(old, asker); // long after its answer
                }
            });

            void Deliver(SymbolProtocol.ICommand command, IActorRef asker)
            {
                string name = $"{command.Symbol.Code}-{random.Next(2)}";
                IActorRef actor = Context.Child(name);
                if (actor.IsNobody())
                {
                    actor = Context.ActorOf(SymbolActor.Props(sources), name);
                }

                actor.Tell(command, asker);
                if (random.Next(12) == 0)
                {
                    actor.Tell(Kill.Instance); // its supervisor starts it anew, without memory
                }
            }
        }
    }
}
