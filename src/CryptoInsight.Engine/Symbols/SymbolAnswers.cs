using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>All answers of one step put together, or why there can be none.</summary>
/// <param name="Lost">Set if a symbol's history is cleaned.</param>
public sealed record SymbolAnswers(SignalDelta Delta, string? Lost)
{
    /// <summary>What the driver makes of the questions' outcome; faults that time heals throw.</summary>
    public static SymbolAnswers Of(OpenQuestions.Verdict outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Match(
            complete => new SymbolAnswers(complete.Delta, null),
            lost => new SymbolAnswers(SignalDelta.Empty, $"{lost.Symbol}: {lost.Why}"),
            failed => throw new IOException($"{failed.Symbol} could not read its history: {failed.Why}"),
            unanswered => throw new TimeoutException(
                $"{unanswered.Symbols.Count} symbols did not answer, the first of them {unanswered.Symbols[0]}; asked {SymbolAsker.AttemptsMax} times."));
    }
}
