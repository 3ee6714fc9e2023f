using System.Globalization;

namespace CryptoInsight.Lake.Sql;

/// <summary>Reads one statement: the lake's own statements here, everything else is a query for DuckDB behind <see cref="QueryGate"/>.</summary>
internal sealed class StatementReader(LakeLocation lake)
{
    /// <summary>What can be said today, for messages.</summary>
    public const string Supported =
        "SELECT (with T VERSION AS OF n and T TIMESTAMP AS OF 't'), DESCRIBE T, DESCRIBE DETAIL T, DESCRIBE HISTORY T, SHOW TABLES | VIEWS, OPTIMIZE T, VACUUM T, RESTORE TABLE T, CREATE VIEW, DROP VIEW, CREATE CATALOG | SCHEMA IF NOT EXISTS";

    private readonly SqlNames _names = new(lake);
    private readonly ChangeReader _changes = new(lake);

    public SqlStatement Read(string text)
    {
        SqlTokens tokens = SqlScript.Read(text);
        int count = tokens.Count;
        while (count > 0 && tokens.IsSymbol(count - 1, ';'))
        {
            count--;
        }

        if (count == 0)
        {
            throw new SqlException("There is no statement.");
        }

        if (Enumerable.Range(0, count).Any(i => tokens.IsSymbol(i, ';')))
        {
            throw new SqlException("One statement at a time: what follows the semicolon would be a second one.");
        }

        tokens = count == tokens.Count ? tokens : SqlTokens.Of(text[..tokens[count - 1].End]);

        if (tokens.IsKind(0, SqlTokenKind.Word) && _changes.Read(tokens) is { } change)
        {
            return new SqlStatement.Change(change);
        }

        return tokens.NameAt(0)?.ToUpperInvariant() switch
        {
            "DESCRIBE" or "DESC" when tokens.IsWord(1, "DETAIL") && tokens.NameAt(2) is not null => Detail(tokens),
            "DESCRIBE" or "DESC" when tokens.IsWord(1, "HISTORY") && tokens.NameAt(2) is not null => History(tokens),
            "SHOW" => Show(tokens),
            "CREATE" => Create(tokens),
            "USE" => Use(tokens),
            _ => TimeTravelReader.Read(tokens, _names),
        };
    }

    private SqlStatement.DescribeDetail Detail(SqlTokens tokens)
    {
        string table = Table(tokens, 2, out int next);
        RequireEnd(tokens, next, "DESCRIBE DETAIL T");
        return new SqlStatement.DescribeDetail(table);
    }

    private SqlStatement.DescribeHistory History(SqlTokens tokens)
    {
        string table = Table(tokens, 2, out int next);
        int? limit = null;
        if (tokens.IsWord(next, "LIMIT") && tokens.IsKind(next + 1, SqlTokenKind.Number)
            && int.TryParse(tokens.Span(next + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            limit = count;
            next += 2;
        }

        RequireEnd(tokens, next, "DESCRIBE HISTORY T [LIMIT n]");
        return new SqlStatement.DescribeHistory(table, limit);
    }

    private SqlStatement Show(SqlTokens tokens)
    {
        bool isViews = tokens.IsWord(1, "VIEWS");
        if (!isViews && !tokens.IsWord(1, "TABLES"))
        {
            throw new SqlException($"SHOW knows TABLES and VIEWS only. Available: {Supported}.");
        }

        int next = 2;
        if (tokens.IsWord(2, "IN") || tokens.IsWord(2, "FROM"))
        {
            IReadOnlyList<string> schema = tokens.NameFrom(3, out next);
            RequireSchema(schema);
        }

        RequireEnd(tokens, next, isViews ? "SHOW VIEWS" : "SHOW TABLES");
        return isViews ? new SqlStatement.ShowViews() : new SqlStatement.ShowTables();
    }

    private SqlStatement.AlreadySo Create(SqlTokens tokens)
    {
        bool isCatalog = tokens.IsWord(1, "CATALOG");
        if (!isCatalog && !tokens.IsWord(1, "SCHEMA") && !tokens.IsWord(1, "DATABASE"))
        {
            throw Refused(tokens);
        }

        bool ifNotExists = tokens.IsWord(2, "IF") && tokens.IsWord(3, "NOT") && tokens.IsWord(4, "EXISTS");
        IReadOnlyList<string> name = tokens.NameFrom(ifNotExists ? 5 : 2, out int next);
        RequireEnd(tokens, next, "CREATE CATALOG | SCHEMA IF NOT EXISTS name");
        if (isCatalog)
        {
            RequireCatalog(name);
        }
        else
        {
            RequireSchema(name);
        }

        string kind = isCatalog ? "Catalog" : "Schema", shown = isCatalog ? lake.Catalog : $"{lake.Catalog}.{lake.Schema}";
        return ifNotExists
            ? new SqlStatement.AlreadySo($"{kind} {shown} is there already.")
            : throw new SqlException($"{kind} {shown} is there already; write CREATE {kind.ToUpperInvariant()} IF NOT EXISTS.");
    }

    private SqlStatement.AlreadySo Use(SqlTokens tokens)
    {
        bool isCatalog = tokens.IsWord(1, "CATALOG");
        IReadOnlyList<string> name = tokens.NameFrom(isCatalog || ((tokens.IsWord(1, "SCHEMA") || tokens.IsWord(1, "DATABASE")) && tokens.Count > 2) ? 2 : 1, out int next);
        RequireEnd(tokens, next, "USE [CATALOG | SCHEMA] name");
        if (isCatalog || (name.Count == 1 && _names.IsCatalog(name[0])))
        {
            RequireCatalog(name);
        }
        else
        {
            RequireSchema(name);
        }

        return new SqlStatement.AlreadySo($"Names without a catalog or schema are those of {lake.Catalog}.{lake.Schema}.");
    }

    private string Table(SqlTokens tokens, int at, out int next)
    {
        IReadOnlyList<string> parts = tokens.NameFrom(at, out next);
        return _names.TableOf(parts)
            ?? throw new SqlException($"There is no table {SqlNames.Shown(parts)}; the tables of this lake are in {lake.Catalog}.{lake.Schema} (SHOW TABLES lists them).");
    }

    private void RequireCatalog(IReadOnlyList<string> name)
    {
        if (name.Count != 1 || !_names.IsCatalog(name[0]))
        {
            throw new SqlException($"A lake has one catalog, here {lake.Catalog}; another one is another lake (settings lake.catalog and lake.path).");
        }
    }

    private void RequireSchema(IReadOnlyList<string> name)
    {
        if (!_names.IsSchema(name))
        {
            throw new SqlException($"A lake has one schema, here {lake.Catalog}.{lake.Schema}; another one is another lake (settings lake.schema and lake.path).");
        }
    }

    private static void RequireEnd(SqlTokens tokens, int next, string form)
    {
        if (next != tokens.Count)
        {
            throw new SqlException($"The statement goes on where it should end; its form is {form}.");
        }
    }

    private static SqlException Refused(SqlTokens tokens) => QueryGate.NotAQuery(tokens);
}
