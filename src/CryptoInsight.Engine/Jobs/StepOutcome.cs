namespace CryptoInsight.Engine.Jobs;

/// <summary>What became of one step of a job. A closed union.</summary>
public abstract record StepOutcome
{
    private StepOutcome()
    {
    }

    /// <summary>The step is committed; the job stands at this version of its source.</summary>
    public sealed record Advanced(StepReport Report) : StepOutcome;

    /// <summary>Somebody else moved the job's own table: everything in memory is thrown away and read again from the tables.</summary>
    public sealed record StartAgain(string Why) : StepOutcome
    {
        /// <summary>Set if the job committed first, as after a rebuild: then the next start need not repeat it.</summary>
        public StepReport? Committed { get; init; }
    }

    public T Match<T>(Func<Advanced, T> advanced, Func<StartAgain, T> startAgain) => this switch
    {
        Advanced a => advanced(a),
        StartAgain s => startAgain(s),
        _ => throw new InvalidOperationException("The union is closed."),
    };
}

/// <summary>What a step did: positions and rows by verdict.</summary>
public sealed record StepReport(long InputVersion, long OutputVersion)
{
    public long RowsIn { get; init; }

    public long RowsAccepted { get; init; }

    public long RowsSuperseded { get; init; }

    public long RowsUnchanged { get; init; }

    public long RowsQuarantined { get; init; }

    /// <summary>Rows written to the job's own table.</summary>
    public long RowsOut { get; init; }

    /// <summary>Of those and of the deleted ones, how many the watermark had made final before: late or revised input reached them.</summary>
    public long RowsCorrected { get; init; }

    /// <summary>Rows that broke a rule, could not be parsed or carried an unknown element, by code; a row may count for several.</summary>
    public IReadOnlyDictionary<string, long> BrokenRules { get; init; } = new Dictionary<string, long>();

    /// <summary>Two steps as one, this one first.</summary>
    public StepReport Plus(StepReport later)
    {
        ArgumentNullException.ThrowIfNull(later);
        return new StepReport(later.InputVersion, later.OutputVersion)
        {
            RowsIn = RowsIn + later.RowsIn,
            RowsAccepted = RowsAccepted + later.RowsAccepted,
            RowsSuperseded = RowsSuperseded + later.RowsSuperseded,
            RowsUnchanged = RowsUnchanged + later.RowsUnchanged,
            RowsQuarantined = RowsQuarantined + later.RowsQuarantined,
            RowsOut = RowsOut + later.RowsOut,
            RowsCorrected = RowsCorrected + later.RowsCorrected,
            BrokenRules = BrokenRules.Concat(later.BrokenRules).GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Sum(r => r.Value)),
        };
    }
}
