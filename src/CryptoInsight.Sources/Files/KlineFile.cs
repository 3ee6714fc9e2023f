using System.Runtime.CompilerServices;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>A file of recorded klines, of any form that is known here (<see cref="KlineFileFormat"/>), told by its content.</summary>
/// <remarks>Two passes: <see cref="Inspect"/> judges the whole file before one row of it is taken in, <see cref="ReadAsync"/> delivers the rows. Both hold one window of it.</remarks>
public static class KlineFile
{
    /// <summary>Reads the file once, building nothing: what it is, whose candles, how many, and the hash of its content; or why it cannot be replayed.</summary>
    public static KlineFileInspection Inspect(string path, KlineFileOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            (Stream content, KlineFileWrapping wrapping) = ContentOpener.Open(path);
            using ContentBuffer buffer = new(content, options.ContentBytesMax);
            return new KlineFileInspection.Readable(new KlineFileInspector(Path.GetFileName(path), wrapping, buffer, options).Run(cancellationToken));
        }
        catch (KlineFileRefusedException e)
        {
            return new KlineFileInspection.Refused(e.Reason, $"{HostileText.Show(Path.GetFileName(path) is { Length: > 0 } name ? name : path, 120)}: {e.Message}");
        }
    }

    /// <summary>Delivers the rows in batches, in the file's order; ends in <see cref="TruncatedInputException"/> after the last whole row if the content is cut.</summary>
    /// <param name="path">The file.</param>
    /// <param name="facts">What <see cref="Inspect"/> found; a file that has changed since ends in <see cref="KlineFileRefusedException"/>.</param>
    /// <param name="run">What every row is stamped with.</param>
    /// <param name="options">The options of the inspection.</param>
    /// <param name="rowsDone">Rows to pass over: where an earlier replay of the same content ended.</param>
    /// <param name="cancellationToken">Ends the reading between two batches.</param>
    public static async IAsyncEnumerable<IReadOnlyList<RawCandle>> ReadAsync(
        string path,
        KlineFileFacts facts,
        IngestRun run,
        KlineFileOptions options,
        long rowsDone = 0,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        (Stream content, _) = ContentOpener.Open(path);
        using ContentBuffer buffer = new(content, options.ContentBytesMax);
        RowReader reader = RowReaders.Of(buffer, options.Schema);
        RowStamp stamp = new(facts.Source, facts.Symbol, facts.Interval, facts.FileName, facts.ContentSha256, run);
        List<RawCandle> batch = new(options.BatchRowsMax);
        int chars = 0;
        while (true)
        {
            while (reader.TryNext())
            {
                if (reader.Rows <= rowsDone)
                {
                    continue;
                }

                RawCandle row = reader.Build(stamp);
                batch.Add(row);
                chars += row.RawJson.Length;
                if (batch.Count >= options.BatchRowsMax || chars >= options.BatchCharsMax)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return batch;
                    batch = new(options.BatchRowsMax);
                    chars = 0;
                }
            }

            if (buffer.Ended)
            {
                break;
            }

            await buffer.FillAsync(cancellationToken).ConfigureAwait(false);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }

        if (buffer.Sha256() != facts.ContentSha256)
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.Contradiction,
                $"{HostileText.Show(facts.FileName, 120)} is not the file any more that was inspected ({facts.ContentBytes} bytes then, {buffer.ContentBytes} now): replay it again once nobody writes to it.");
        }

        if (reader.Truncation is { } truncation)
        {
            throw new TruncatedInputException(
                $"{HostileText.Show(facts.FileName, 120)} is cut after {buffer.ContentBytes} bytes of content, behind {reader.Place}: {truncation}. The {reader.Rows} whole rows before that were taken; get the whole file and replay it again.",
                buffer.ContentBytes,
                reader.Rows,
                buffer.Damage);
        }
    }
}
