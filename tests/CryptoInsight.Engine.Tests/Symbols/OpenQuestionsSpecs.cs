using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;

namespace CryptoInsight.Engine.Tests.Symbols;

public sealed class OpenQuestionsSpecs
{
    private static readonly SignalPosition s_at = new(3, -1, 1, Watermarks.None, FearGreedIndex.Empty);
    private static readonly Symbol[] s_symbols = [.. Enumerable.Range(0, 7).Select(i => Symbol.Parse($"S{i}USDT"))];

    [Fact]
    public void No_questions_are_answered_at_once()
    {
        Assert.Equal(SignalDelta.Empty, Delta(OpenQuestions.Ask([], 3)));
    }

    [Fact]
    public void The_result_is_in_the_order_of_the_questions_whatever_order_the_answers_come_in()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            OpenQuestions questions = OpenQuestions.Ask(Questions(), attempts: 1_000);
            List<SymbolProtocol.IReply> network = [];
            var chaos = new Chaos(random);
            chaos.Send(questions.Missing, network);
            while (questions.Outcome is null)
            {
                if (network.Count == 0 || random.Next(6) == 0)
                {
                    questions = questions.OnTimeout();
                    chaos.Send(questions.Missing, network);
                    continue;
                }

                int i = random.Next(network.Count);
                questions = questions.On(network[i]);
                network.RemoveAt(random.Next(3) == 0 ? i : network.Count - 1); // what stays is delivered again, what goes undelivered is lost
            }

            Assert.Equal(s_symbols, Delta(questions).Deletes.Select(k => k.Symbol));
            OpenQuestions after = network.Aggregate(questions, (q, late) => q.On(late)).OnTimeout();
            Assert.Same(questions, after);
        }
    }

    [Fact]
    public void A_foreign_answer_changes_nothing_even_for_a_symbol_that_is_asked()
    {
        OpenQuestions questions = OpenQuestions.Ask(Questions(), 3);
        Assert.Same(questions, questions.On(new SymbolProtocol.SignalsComputed("other/1", s_symbols[0], SignalDelta.Empty)));
        Assert.Same(questions, questions.On(new SymbolProtocol.StateLost("other/2", s_symbols[0], "gone")));
        Assert.Equal(s_symbols.Length, questions.MissingCount);
    }

    [Fact]
    public void One_lost_history_ends_the_step_and_no_answer_after_it_counts()
    {
        OpenQuestions questions = OpenQuestions.Ask(Questions(), 3).On(Answer("r/0", s_symbols[0])).On(new SymbolProtocol.StateLost("r/3", s_symbols[3], "version 3 is cleaned"));
        Assert.Equal(new OpenQuestions.Verdict.Lost(s_symbols[3], "version 3 is cleaned"), questions.Outcome);
        Assert.Same(questions, questions.On(Answer("r/1", s_symbols[1])));
    }

    [Fact]
    public void A_lost_history_after_an_answer_to_the_same_question_is_a_double_and_ignored()
    {
        OpenQuestions questions = OpenQuestions.Ask(Questions(), 3).On(Answer("r/3", s_symbols[3]));
        Assert.Same(questions, questions.On(new SymbolProtocol.StateLost("r/3", s_symbols[3], "late")));
    }

    [Fact]
    public void A_time_out_asks_only_the_missing_ones_again_under_the_same_ids()
    {
        OpenQuestions questions = OpenQuestions.Ask(Questions(), 2).On(Answer("r/1", s_symbols[1])).On(Answer("r/4", s_symbols[4])).OnTimeout();
        Assert.Equal(["r/0", "r/2", "r/3", "r/5", "r/6"], questions.Missing.Select(c => c.RequestId));
        Assert.Equal([s_symbols[0], s_symbols[2], s_symbols[3], s_symbols[5], s_symbols[6]], Assert.IsType<OpenQuestions.Verdict.Unanswered>(questions.OnTimeout().Outcome).Symbols);
    }

    private static IEnumerable<SymbolProtocol.ICommand> Questions() =>
        s_symbols.Select((s, i) => new SymbolProtocol.ComputeSignals($"r/{i}", s, s_at, s_at with { SilverVersion = 4 }, []));

    private static SymbolProtocol.SignalsComputed Answer(string id, Symbol symbol) =>
        new(id, symbol, new SignalDelta([], [new SignalKey(symbol, Sample.Minute, Sample.Start)]));

    private static SignalDelta Delta(OpenQuestions questions) => Assert.IsType<OpenQuestions.Verdict.Complete>(questions.Outcome).Delta;

    /// <summary>A network that loses, doubles and adds messages.</summary>
    private sealed class Chaos(Random random)
    {
        public void Send(IEnumerable<SymbolProtocol.ICommand> commands, List<SymbolProtocol.IReply> network)
        {
            foreach (SymbolProtocol.ICommand command in commands)
            {
                for (int copies = random.Next(3); copies > 0; copies--)
                {
                    network.Add(Answer(command.RequestId, command.Symbol));
                }

                if (random.Next(4) == 0)
                {
                    network.Add(Answer($"zombie/{random.Next(9)}", command.Symbol));
                }
            }
        }
    }
}
