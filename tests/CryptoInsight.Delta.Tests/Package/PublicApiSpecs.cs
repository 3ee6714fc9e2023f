using System.Reflection;
using System.Text;

namespace CryptoInsight.Delta.Tests.Package;

/// <summary>What users of the package see, as text: a change of it is a visible change of <c>PublicApi.txt</c>.</summary>
public sealed class PublicApiSpecs
{
    [Fact]
    public void The_public_surface_is_the_one_that_was_reviewed()
    {
        string reviewed = Path.Combine(PackageSpecs.Repository, "tests", "CryptoInsight.Delta.Tests", "Package", "PublicApi.txt");
        string found = Surface(typeof(DeltaTable).Assembly);
        if (Environment.GetEnvironmentVariable("ACCEPT_PUBLIC_API") == "1")
        {
            File.WriteAllText(reviewed, found);
        }

        Assert.True(found == File.ReadAllText(reviewed), $"The public surface differs from {reviewed}. Look at the difference; if it is meant, run this test with ACCEPT_PUBLIC_API=1 and commit the file.");
    }

    private static string Surface(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Name(type)).Append('\n');
            foreach (string member in Members(type).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    // What records and enums bring along by themselves says nothing.
    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return [.. Enum.GetNames(type).Select((n, i) => $"{i:00} {n}")];
        }

        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        bool isRecord = type.GetMethod("<Clone>$") is not null;
        string[] generated = ["ToString", "GetHashCode", "Equals", "Deconstruct", "<Clone>$", "op_Equality", "op_Inequality", "Invoke", "BeginInvoke", "EndInvoke", "CompareTo"];
        return
        [
            .. type.GetConstructors().Where(c => !typeof(Delegate).IsAssignableFrom(type)).Select(c => $"new({Parameters(c)})"),
            .. type.GetProperties(declared).Where(p => !(isRecord && p.Name == "EqualityContract")).Select(p => $"{Name(p.PropertyType)} {p.Name}{(p.SetMethod is { IsPublic: true } ? " { get; init; }" : "")}"),
            .. type.GetFields(declared).Select(f => $"{Name(f.FieldType)} {f.Name}"),
            .. type.GetMethods(declared).Where(m => (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !generated.Contains(m.Name)).Select(m => $"{Name(m.ReturnType)} {m.Name}({Parameters(m)})"),
        ];
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.IsOptional ? " = default" : "")}"));

    private static string Name(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        }

        string name = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
