using System.Globalization;
using System.Text;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Lake.Sql;

/// <summary>Hands the files of a snapshot to DuckDB as one query: the columns, names and types of the Delta schema in its order, partition values and deletion vectors applied.</summary>
/// <remarks>Files that have deleted rows are read apart from the others, so that only they pay for the look-up. Columns that a file lacks are null; an empty table still has its columns.</remarks>
internal sealed class SnapshotQuery
{
    /// <summary>What DuckDB would expand in the name of a file.</summary>
    private const string GlobCharacters = "*?[";

    private readonly Snapshot _snapshot;
    private readonly IReadOnlyList<AddFile> _files;
    private readonly string _root;
    private readonly Uri _rootUri;
    private readonly ColumnMappingMode _mapping;
    private readonly HashSet<string> _partitionColumns;
    private readonly Dictionary<string, (int Start, int Length)>? _inPath;
    private readonly HashSet<string> _sameInAll = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<StructField> _fields;

    /// <param name="snapshot">Gives schema, protocol and properties.</param>
    /// <param name="files">The files to read: those of the snapshot, or fewer if a condition leaves some out.</param>
    /// <param name="root">The table's folder.</param>
    /// <param name="columns">The columns to show; null: all. DuckDB takes longer to bind a wide table than to find a few rows in it.</param>
    public SnapshotQuery(Snapshot snapshot, IReadOnlyList<AddFile> files, Uri root, IReadOnlySet<string>? columns = null)
    {
        _snapshot = snapshot;
        _fields = columns is null ? snapshot.Schema.Fields : [.. snapshot.Schema.Fields.Where(f => columns.Contains(f.Name))];
        _files = files;
        _rootUri = root;
        _root = root.IsFile ? root.LocalPath.TrimEnd('/') + "/" : throw new SqlException($"SQL reads lakes in a local folder; this one is at {root.Scheme}://.");
        _mapping = ColumnMapping.ModeOf(snapshot.Protocol, snapshot.Metadata);
        _partitionColumns = new HashSet<string>(snapshot.Metadata.PartitionColumns, StringComparer.OrdinalIgnoreCase);
        if (_root.AsSpan().IndexOfAny(GlobCharacters) >= 0)
        {
            throw new SqlException("SQL cannot read a lake whose path has one of the characters * ? [ in it; move the lake or use `dump`.");
        }

        _inPath = FindPartitionsInPath();
        _sameInAll.UnionWith(_inPath is null ? [] : PartitionFields.Where(p => _files.All(f => PartitionText(f, p) == PartitionText(_files[0], p))).Select(p => p.Name));
    }

    /// <summary>The files that have deleted rows.</summary>
    public IEnumerable<AddFile> FilesWithDeletedRows => _files.Where(f => f.DeletionVector is not null);

    /// <summary>True if partition values must be looked up in a side table because the paths do not show them.</summary>
    public bool NeedsPartitionTable => _inPath is null && _files.Count > 0 && PartitionFields.Any();

    /// <summary>The partition columns' names and types, for the side table.</summary>
    public IEnumerable<StructField> PartitionFields => _snapshot.Schema.Fields.Where(f => _partitionColumns.Contains(f.Name));

    /// <summary>The rows of the side table: a file and its partition values, as texts that DuckDB casts.</summary>
    public IEnumerable<(string File, IReadOnlyList<string?> Values)> PartitionRows =>
        _files.Select(f => (PathOf(f), (IReadOnlyList<string?>)[.. PartitionFields.Select(p => PartitionText(f, p))]));

    /// <summary>A partition column out of its text: an instant without a zone is UTC, bytes are those of the text.</summary>
    public static string PartitionCast(StructField field) =>
        field.Type == DataType.Binary
            ? $"encode({DuckDbText.Name(field.Name)}) AS {DuckDbText.Name(field.Name)}"
            : $"CAST({DuckDbText.Name(field.Name)} AS {DuckDbText.Type(field.Type)}) AS {DuckDbText.Name(field.Name)}";

    /// <summary>Where DuckDB finds a file.</summary>
    public string PathOf(AddFile file)
    {
        string key = TablePath.ToKey(file.Path, _rootUri);
        return key.AsSpan().IndexOfAny(GlobCharacters) < 0
            ? _root + key
            : throw new SqlException("SQL cannot read a table with one of the characters * ? [ in the names of its files; use `dump`, or OPTIMIZE the table.");
    }

    /// <summary>The query.</summary>
    /// <param name="deletedTable">Holds (file, row) of the deleted rows.</param>
    /// <param name="partitionTable">Holds the partition values, if they are needed.</param>
    public string Sql(string deletedTable, string partitionTable)
    {
        IReadOnlyList<AddFile> whole = [.. _files.Where(f => f.DeletionVector is null)], holed = [.. FilesWithDeletedRows];
        if (_files.Count == 0)
        {
            return $"SELECT {string.Join(", ", _fields.Select(Null))} WHERE false";
        }

        var sql = new StringBuilder();
        if (whole.Count > 0)
        {
            Append(sql, whole, partitionTable);
        }

        if (holed.Count > 0)
        {
            sql.Append(whole.Count > 0 ? " UNION ALL " : "");
            Append(sql, holed, partitionTable);
            sql.Append(" WHERE NOT EXISTS (SELECT 1 FROM ").Append(deletedTable).Append(" d WHERE d.file = r.filename AND d.row = r.file_row_number)");
        }

        return sql.ToString();
    }

    /// <summary>The rows that lie in files, deleted ones too, as <c>r</c>: the table's columns but partition columns, and DuckDB's filename and file_row_number.</summary>
    public string ReadParquet(IReadOnlyList<AddFile> files)
    {
        var sql = new StringBuilder("read_parquet([");
        sql.AppendJoin(", ", files.Select(f => DuckDbText.Literal(PathOf(f)))).Append("], hive_partitioning = false");
        IEnumerable<StructField> stored = _snapshot.Schema.Fields.Where(f => !_partitionColumns.Contains(f.Name) && !IsVoid(f));
        string[] columns = [.. (stored.Any(_fields.Contains) ? stored.Where(_fields.Contains) : stored.Take(1)).Select(SchemaEntry)]; // one at least, or the first file's columns would be asked of all
        return (columns.Length == 0 ? sql.Append(") r") : sql.Append(", schema = MAP {").AppendJoin(", ", columns).Append("}) r")).ToString();
    }

    private void Append(StringBuilder sql, IReadOnlyList<AddFile> files, string partitionTable)
    {
        sql.Append("SELECT ").AppendJoin(", ", _fields.Select(Column));
        sql.Append(" FROM ").Append(ReadParquet(files));
        if (NeedsPartitionTable)
        {
            sql.Append(" JOIN ").Append(partitionTable).Append(" p ON p.file = r.filename");
        }
    }

    /// <summary>A partition value that stands at one place in every path is cut out of it: that costs nothing per row, and nothing at all if the query does not ask for it.
    /// One that all files share is a constant, with which DuckDB decides conditions before it reads.</summary>
    private string Column(StructField field)
    {
        string name = DuckDbText.Name(field.Name);
        if (_sameInAll.Contains(field.Name) && field.Type != DataType.Binary)
        {
            return $"CAST({DuckDbText.Literal(PartitionText(_files[0], field)!)} AS {DuckDbText.Type(field.Type)}) AS {name}";
        }

        if (IsVoid(field))
        {
            return $"NULL AS {name}";
        }

        if (!_partitionColumns.Contains(field.Name))
        {
            return $"r.{name}";
        }

        return _inPath is null
            ? $"p.{name}"
            : string.Create(CultureInfo.InvariantCulture, $"CAST(substr(r.filename, {CodePointsBefore(_inPath[field.Name].Start) + 1}, {_inPath[field.Name].Length}) AS {DuckDbText.Type(field.Type)}) AS {name}");
    }

    private bool HasMappedParts(DataType type) => type switch
    {
        StructType s => s.Fields.Any(f => ColumnMapping.PhysicalName(f, _mapping) != f.Name || HasMappedParts(f.Type)),
        ArrayType a => HasMappedParts(a.ElementType),
        MapType m => HasMappedParts(m.KeyType) || HasMappedParts(m.ValueType),
        _ => false,
    };

    /// <summary>A column that is null in every row.</summary>
    public static string Null(StructField field) =>
        IsVoid(field) ? $"NULL AS {DuckDbText.Name(field.Name)}" : $"CAST(NULL AS {DuckDbText.Type(field.Type)}) AS {DuckDbText.Name(field.Name)}";

    private static bool IsVoid(StructField field) => field.Type is PrimitiveType { Name: "void" };

    private string SchemaEntry(StructField field)
    {
        if (_mapping != ColumnMappingMode.None && HasMappedParts(field.Type))
        {
            throw new SqlException("SQL cannot read nested columns of a table with column mapping yet; `dump` can.");
        }

        string key = _mapping == ColumnMappingMode.Id && ColumnMapping.FieldId(field) is { } id
            ? id.ToString(CultureInfo.InvariantCulture)
            : DuckDbText.Literal(ColumnMapping.PhysicalName(field, _mapping));
        return $"{key}: {{name: {DuckDbText.Literal(field.Name)}, type: {DuckDbText.Literal(DuckDbText.Type(field.Type))}, default_value: NULL}}";
    }

    /// <summary>Where each partition value stands in the path, if that is the same place in every file's path and the text there is the value; else null.</summary>
    private Dictionary<string, (int Start, int Length)>? FindPartitionsInPath()
    {
        var places = new Dictionary<string, (int Start, int Length)>(StringComparer.OrdinalIgnoreCase);
        if (_files.Count == 0)
        {
            return null;
        }

        string first = PathOf(_files[0]);
        foreach (StructField field in PartitionFields)
        {
            string? value = PartitionText(_files[0], field);
            int at = string.IsNullOrEmpty(value) ? -1 : first.IndexOf($"{field.Name}={value}/", _root.Length, StringComparison.Ordinal);
            if (at < 0)
            {
                return null;
            }

            places[field.Name] = (at + field.Name.Length + 1, value!.Length);
        }

        foreach (AddFile file in _files)
        {
            string path = PathOf(file);
            foreach (StructField field in PartitionFields)
            {
                (int start, int length) = places[field.Name];
                string? value = PartitionText(file, field);
                if (value is null || value.Length != length || path.Length <= start + length || !path.AsSpan(start, length).SequenceEqual(value))
                {
                    return null;
                }
            }
        }

        return places;
    }

    private string? PartitionText(AddFile file, StructField field)
    {
        string physical = ColumnMapping.PhysicalName(field, _mapping);
        string? text = file.PartitionValues.TryGetValue(physical, out string? value) || file.PartitionValues.TryGetValue(field.Name, out value) ? value : null;
        return string.IsNullOrEmpty(text) ? null : text; // an empty text is null, for every type (PROTOCOL.md, "Partition Value Serialization")
    }

    /// <summary>DuckDB counts code points.</summary>
    private int CodePointsBefore(int at) => at - _root.AsSpan(0, Math.Min(at, _root.Length)).ToString().Count(char.IsLowSurrogate);
}
