using System.Globalization;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Predicates as SQL text: what users type after WHERE, and what the history shows.</summary>
/// <remarks>Columns against literals with =, &lt;&gt;, !=, &lt;, &lt;=, &gt;, &gt;=, BETWEEN, IN, IS NULL, combined by AND, OR, NOT and parentheses. Names bare or quoted by backticks or double quotes;
/// literals are numbers, 'text', TRUE, FALSE, DATE '…' and TIMESTAMP '…'.</remarks>
public static class PredicateSql
{
    /// <summary>Parses; <see cref="DeltaException"/> names the place of the first fault.</summary>
    public static Predicate Parse(string sql)
    {
        ArgumentNullException.ThrowIfNull(sql);
        Parser parser = new(SqlTokens.Of(sql));
        Predicate predicate = parser.Or(0);
        parser.End();
        return predicate;
    }

    /// <summary>Writes text that <see cref="Parse"/> reads back.</summary>
    public static string Write(Predicate predicate) => predicate switch
    {
        Predicate.Compare c => $"{Name(c.Column)} {Sign(c.Op)} {Literal(c.Literal)}",
        Predicate.In i => i.Literals.Count == 0 ? "FALSE" : $"{Name(i.Column)} IN ({string.Join(", ", i.Literals.Select(Literal))})",
        Predicate.IsNull n => $"{Name(n.Column)} IS NULL",
        Predicate.And a => a.Terms.Count == 0 ? "TRUE" : $"({string.Join(" AND ", a.Terms.Select(Write))})",
        Predicate.Or o => o.Terms.Count == 0 ? "FALSE" : $"({string.Join(" OR ", o.Terms.Select(Write))})",
        Predicate.Not n => $"NOT ({Write(n.Term)})",
        _ => throw new InvalidOperationException("The union of predicates is closed."),
    };

    private static string Name(string column) => $"`{column.Replace("`", "``", StringComparison.Ordinal)}`";

    private static string Sign(Comparison op) => op switch
    {
        Comparison.Equal => "=",
        Comparison.NotEqual => "<>",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };

    private static string Literal(object literal) => literal switch
    {
        string s => $"'{s.Replace("'", "''", StringComparison.Ordinal)}'",
        bool b => b ? "TRUE" : "FALSE",
        double d => double.IsInfinity(d) ? (d > 0 ? "1E999" : "-1E999") : d.ToString("E16", CultureInfo.InvariantCulture),
        byte[] bytes => $"X'{Convert.ToHexString(bytes)}'",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new DeltaException($"A literal of type {literal.GetType().Name} has no SQL text."),
    };

    private sealed class Parser(IReadOnlyList<SqlToken> tokens)
    {
        private const int DepthMax = 100;

        private int _at;

        public Predicate Or(int depth) => Chain(depth, "OR", And, static terms => new Predicate.Or(terms));

        public void End()
        {
            if (_at < tokens.Count)
            {
                throw Fault("the end");
            }
        }

        private Predicate And(int depth) => Chain(depth, "AND", Not, static terms => new Predicate.And(terms));

        private Predicate Chain(int depth, string word, Func<int, Predicate> next, Func<List<Predicate>, Predicate> combine)
        {
            List<Predicate> terms = [next(depth)];
            while (Take(word))
            {
                terms.Add(next(depth));
            }

            return terms.Count == 1 ? terms[0] : combine(terms);
        }

        private Predicate Not(int depth)
        {
            if (depth > DepthMax)
            {
                throw new DeltaException($"The condition is nested more than {DepthMax} deep.");
            }

            if (Take("NOT"))
            {
                return new Predicate.Not(Not(depth + 1));
            }

            if (Take("("))
            {
                Predicate inner = Or(depth + 1);
                Expect(")");
                return inner;
            }

            return Take("TRUE") ? new Predicate.And([]) : Take("FALSE") ? new Predicate.Or([]) : Comparison();
        }

        private Predicate Comparison()
        {
            if (Peek() is { IsLiteral: true })
            {
                object left = LiteralValue();
                Predicates.Comparison op = Operator();
                return new Predicate.Compare(Column(), Flipped(op), left);
            }

            string column = Column();
            if (Take("IS"))
            {
                bool not = Take("NOT");
                Expect("NULL");
                return Negated(new Predicate.IsNull(column), not);
            }

            bool negated = Take("NOT");
            if (Take("BETWEEN"))
            {
                object low = LiteralValue();
                Expect("AND");
                return Negated(Predicate.Between(column, low, LiteralValue()), negated);
            }

            if (Take("IN"))
            {
                Expect("(");
                List<object> values = [LiteralValue()];
                while (Take(","))
                {
                    values.Add(LiteralValue());
                }

                Expect(")");
                return Negated(new Predicate.In(column, values), negated);
            }

            return negated ? throw Fault("BETWEEN or IN") : new Predicate.Compare(column, Operator(), LiteralValue());
        }

        private static Predicate Negated(Predicate predicate, bool not) => not ? new Predicate.Not(predicate) : predicate;

        private Predicates.Comparison Operator()
        {
            SqlToken token = Peek() ?? throw Fault("an operator");
            Predicates.Comparison op = token.Text switch
            {
                "=" or "==" when !token.IsLiteral => Predicates.Comparison.Equal,
                "<>" or "!=" when !token.IsLiteral => Predicates.Comparison.NotEqual,
                "<" when !token.IsLiteral => Predicates.Comparison.Less,
                "<=" when !token.IsLiteral => Predicates.Comparison.LessOrEqual,
                ">" when !token.IsLiteral => Predicates.Comparison.Greater,
                ">=" when !token.IsLiteral => Predicates.Comparison.GreaterOrEqual,
                _ => throw Fault("a comparison, IN, BETWEEN or IS"),
            };
            _at++;
            return op;
        }

        private static Predicates.Comparison Flipped(Predicates.Comparison op) => op switch
        {
            Predicates.Comparison.Less => Predicates.Comparison.Greater,
            Predicates.Comparison.LessOrEqual => Predicates.Comparison.GreaterOrEqual,
            Predicates.Comparison.Greater => Predicates.Comparison.Less,
            Predicates.Comparison.GreaterOrEqual => Predicates.Comparison.LessOrEqual,
            _ => op,
        };

        private string Column()
        {
            if (Peek() is not { IsName: true } token)
            {
                throw Fault("a column");
            }

            _at++;
            return token.Text;
        }

        private object LiteralValue()
        {
            if (Take("TRUE"))
            {
                return true;
            }

            if (Take("FALSE"))
            {
                return false;
            }

            if (Peek() is { IsName: true, Text: var word } && (word.Equals("DATE", StringComparison.OrdinalIgnoreCase) || word.Equals("TIMESTAMP", StringComparison.OrdinalIgnoreCase)))
            {
                _at++;
            }

            if (Peek() is not { Value: object value })
            {
                throw Fault("a literal");
            }

            _at++;
            return value;
        }

        private SqlToken? Peek() => _at < tokens.Count ? tokens[_at] : null;

        private bool Take(string word)
        {
            bool found = Peek() is { IsLiteral: false, IsQuoted: false } token && token.Text.Equals(word, StringComparison.OrdinalIgnoreCase);
            _at += found ? 1 : 0;
            return found;
        }

        private void Expect(string word)
        {
            if (!Take(word))
            {
                throw Fault(word);
            }
        }

        private DeltaException Fault(string expected) =>
            new($"The condition cannot be read: {expected} was expected at {(Peek() is SqlToken t ? $"character {t.Place + 1}" : "its end")}.");
    }
}
