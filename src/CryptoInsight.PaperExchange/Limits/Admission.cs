using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Limits;

/// <summary>Whether a request may pass.</summary>
internal enum AdmissionKind
{
    /// <summary>It may.</summary>
    Admitted,

    /// <summary>The weight of this minute is used up (429).</summary>
    TooMuchWeight,

    /// <summary>The requests of these five minutes are used up (429).</summary>
    TooManyRequests,

    /// <summary>The address is banned (418).</summary>
    Banned,
}

/// <summary>The answer to one request at the door.</summary>
/// <param name="Kind">Whether it may pass.</param>
/// <param name="UsedWeight">The weight used in this minute, this request included.</param>
/// <param name="Until">When the window or the ban ends; meaningless if admitted.</param>
internal readonly record struct Admission(AdmissionKind Kind, int UsedWeight, UnixMicros Until);
