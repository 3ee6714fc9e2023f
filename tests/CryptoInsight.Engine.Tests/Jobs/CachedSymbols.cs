using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Symbols that answer at once from <see cref="SymbolCache"/>: the actors without their mailboxes.</summary>
internal sealed class CachedSymbols(LakeTables lake, SignalSettings settings) : ISymbols
{
    private readonly SymbolHistories _histories = new(lake.Silver);
    private readonly Dictionary<Symbol, SymbolCache> _caches = [];
    private int _requests;

    /// <summary>How often a history was read.</summary>
    public int HistoriesRead { get; private set; }

    /// <summary>Who was asked last.</summary>
    public IReadOnlyCollection<Symbol> Asked { get; private set; } = [];

    public async Task<SymbolAnswers> AskAsync(
        IReadOnlyCollection<Symbol> symbols, SignalPosition from, SignalPosition to, IReadOnlyDictionary<Symbol, List<CandleChange>> changes, CancellationToken ct)
    {
        Asked = symbols;
        OpenQuestions questions = OpenQuestions.Ask(
            symbols.Select(s => new SymbolProtocol.ComputeSignals($"q/{++_requests}", s, from, to, changes.TryGetValue(s, out List<CandleChange>? some) ? some : [])), 1);
        foreach (SymbolProtocol.ComputeSignals request in questions.Missing.Cast<SymbolProtocol.ComputeSignals>().ToList())
        {
            SymbolCache cache = _caches.GetValueOrDefault(request.Symbol, SymbolCache.Empty);
            questions = cache.TryAnswer(request, settings) is { } answer
                ? Answered(questions, request, answer)
                : await FromHistoryAsync(questions, request, from.SilverVersion, history => SymbolCache.Answer(request, history, settings));
        }

        return SymbolAnswers.Of(questions.Outcome!);
    }

    public async Task<SymbolAnswers> AskAllAsync(IReadOnlyCollection<Symbol> symbols, SignalPosition at, CancellationToken ct)
    {
        OpenQuestions questions = OpenQuestions.Ask(symbols.Select(s => new SymbolProtocol.ComputeAllSignals($"q/{++_requests}", s, at)), 1);
        foreach (SymbolProtocol.ComputeAllSignals request in questions.Missing.Cast<SymbolProtocol.ComputeAllSignals>().ToList())
        {
            questions = await FromHistoryAsync(questions, request, at.SilverVersion, history => SymbolCache.AnswerAll(request, history, settings));
        }

        return SymbolAnswers.Of(questions.Outcome!);
    }

    private async Task<OpenQuestions> FromHistoryAsync(
        OpenQuestions questions, SymbolProtocol.ICommand request, long version, Func<CandleHistory, (SymbolCache Next, SignalDelta Delta)> answer)
    {
        HistoriesRead++;
        try
        {
            return Answered(questions, request, answer(await _histories.ReadAsync(request.Symbol, version)));
        }
        catch (Exception gone) when (gone is VersionNotFoundException or MissingFileException)
        {
            return questions.On(new SymbolProtocol.StateLost(request.RequestId, request.Symbol, gone.Message));
        }
    }

    private OpenQuestions Answered(OpenQuestions questions, SymbolProtocol.ICommand request, (SymbolCache Next, SignalDelta Delta) answer)
    {
        _caches[request.Symbol] = answer.Next;
        return questions.On(new SymbolProtocol.SignalsComputed(request.RequestId, request.Symbol, answer.Delta));
    }
}
