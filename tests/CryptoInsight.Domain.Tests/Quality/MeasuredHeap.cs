namespace CryptoInsight.Domain.Tests.Quality;

/// <summary>Tests that compare the heap before and after; run alone, because whatever runs beside them is counted too.</summary>
[CollectionDefinition(nameof(MeasuredHeap), DisableParallelization = true)]
public sealed class MeasuredHeap;
