using System.Collections.Immutable;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>The questions of one step of the driver and the answers so far. Pure: no clock, no mailbox; whoever holds it sends what it says and tells it what came.</summary>
/// <remarks>An answer is matched by the id of its request alone: late, doubled and foreign ones change nothing. A question that is not answered in time is asked again
/// under the same id. There is all or nothing: one lost history ends the whole step, and a result exists only when every question is answered.
/// The result lists the answers in the order of the questions, whatever order they came in, so equal steps make equal commits.</remarks>
public sealed class OpenQuestions
{
    private readonly ImmutableDictionary<string, int> _places;
    private readonly ImmutableArray<SymbolProtocol.ICommand> _commands;
    private readonly ImmutableDictionary<int, SignalDelta> _answers;
    private readonly int _attemptsLeft;

    private OpenQuestions(
        ImmutableDictionary<string, int> places, ImmutableArray<SymbolProtocol.ICommand> commands, ImmutableDictionary<int, SignalDelta> answers, int attemptsLeft, Verdict? outcome)
    {
        _places = places;
        _commands = commands;
        _answers = answers;
        _attemptsLeft = attemptsLeft;
        Outcome = outcome;
    }

    /// <summary>What became of the questions. A closed union.</summary>
    public abstract record Verdict
    {
        private Verdict()
        {
        }

        /// <summary>Every question is answered.</summary>
        public sealed record Complete(SignalDelta Delta) : Verdict;

        /// <summary>A symbol's history is cleaned: the driver rebuilds at the newest version.</summary>
        public sealed record Lost(Symbol Symbol, string Why) : Verdict;

        /// <summary>A symbol could not read the lake: the step is tried again later, from the tables.</summary>
        public sealed record Failed(Symbol Symbol, string Why) : Verdict;

        /// <summary>These did not answer however often they were asked.</summary>
        public sealed record Unanswered(IReadOnlyList<Symbol> Symbols) : Verdict;

        public T Match<T>(Func<Complete, T> complete, Func<Lost, T> lost, Func<Failed, T> failed, Func<Unanswered, T> unanswered) => this switch
        {
            Complete c => complete(c),
            Lost l => lost(l),
            Failed f => failed(f),
            Unanswered u => unanswered(u),
            _ => throw new InvalidOperationException("The union is closed."),
        };
    }

    /// <summary>Null while answers are missing; once it is set, nothing changes any more.</summary>
    public Verdict? Outcome { get; }

    /// <summary>The requests that are not answered yet, in the order in which they were asked: all of them are to be sent at the start, and again after a time-out.</summary>
    public IEnumerable<SymbolProtocol.ICommand> Missing => _commands.Where((_, place) => !_answers.ContainsKey(place));

    /// <summary>How many are not answered yet.</summary>
    public int MissingCount => _commands.Length - _answers.Count;

    /// <summary>Asks; each request has an id of its own.</summary>
    /// <param name="attempts">How often a question is asked before the whole step fails.</param>
    public static OpenQuestions Ask(IEnumerable<SymbolProtocol.ICommand> commands, int attempts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        ImmutableArray<SymbolProtocol.ICommand> all = [.. commands];
        ImmutableDictionary<string, int> places = all.Select((c, place) => KeyValuePair.Create(c.RequestId, place)).ToImmutableDictionary(StringComparer.Ordinal);
        return new OpenQuestions(places, all, ImmutableDictionary<int, SignalDelta>.Empty, attempts - 1, all.IsEmpty ? new Verdict.Complete(SignalDelta.Empty) : null);
    }

    /// <summary>After an answer came, wanted or not.</summary>
    public OpenQuestions On(SymbolProtocol.IReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (Outcome is not null || !_places.TryGetValue(reply.RequestId, out int place) || _answers.ContainsKey(place))
        {
            return this;
        }

        return reply switch
        {
            SymbolProtocol.SignalsComputed computed => With(_answers.Add(place, computed.Delta)),
            SymbolProtocol.StateLost lost => Ended(new Verdict.Lost(lost.Symbol, lost.Why)),
            SymbolProtocol.ComputeFailed failed => Ended(new Verdict.Failed(failed.Symbol, failed.Why)),
            _ => throw new InvalidOperationException("The replies of the protocol are closed."),
        };
    }

    /// <summary>After the time for an answer has passed: either <see cref="Missing"/> is sent again, or the step has failed.</summary>
    public OpenQuestions OnTimeout() =>
        Outcome is not null ? this
        : _attemptsLeft > 0 ? new OpenQuestions(_places, _commands, _answers, _attemptsLeft - 1, null)
        : Ended(new Verdict.Unanswered([.. Missing.Select(c => c.Symbol)]));

    private OpenQuestions With(ImmutableDictionary<int, SignalDelta> answers) =>
        new(_places, _commands, answers, _attemptsLeft, answers.Count < _commands.Length ? null : new Verdict.Complete(Joined(answers)));

    private OpenQuestions Ended(Verdict outcome) => new(_places, _commands, _answers, _attemptsLeft, outcome);

    private SignalDelta Joined(ImmutableDictionary<int, SignalDelta> answers)
    {
        List<SignalRow> upserts = [];
        List<SignalKey> deletes = [];
        for (int place = 0; place < _commands.Length; place++)
        {
            upserts.AddRange(answers[place].Upserts);
            deletes.AddRange(answers[place].Deletes);
        }

        return new SignalDelta(upserts, deletes);
    }
}
