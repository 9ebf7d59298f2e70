using System.Collections;
using System.Reflection;

namespace UpgradeModule.Tests.Support;

/// <summary>Makes records whose every property differs from its default, and compares records property by property.</summary>
public static class Samples
{
    public static T Make<T>() => (T)Make(typeof(T), 1);

    public static object Make(Type type, int seed)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"täxt \"{seed}\"\n";
        if (type == typeof(int)) return seed + 40;
        if (type == typeof(long)) return seed + (1L << 40);
        if (type == typeof(double)) return seed + 0.125;
        if (type == typeof(bool)) return true;
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero).AddTicks(seed);
        if (type == typeof(DateOnly)) return new DateOnly(2026, 2, 3).AddDays(seed);
        if (type == typeof(TimeSpan)) return new TimeSpan(1, 2, 3, 4, 5).Add(TimeSpan.FromTicks(seed));
        if (type == typeof(AppVersion)) return AppVersion.Parse($"0.50.{seed}-RC1");
        if (type.IsEnum) return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var element = type.GetGenericArguments()[0];
            var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
            list.Add(Make(element, seed + 1));
            list.Add(Make(element, seed + 2));
            return list;
        }

        if (type == typeof(IReadOnlyDictionary<string, string>)) return new Dictionary<string, string> { ["key " + seed] = "välue", ["other"] = "" };
        var record = Activator.CreateInstance(type)!;
        var next = seed;
        foreach (var property in Properties(type)) property.SetValue(record, property.PropertyType == typeof(bool) ? !(bool)property.GetValue(record)! : Make(property.PropertyType, ++next));
        return record;
    }

    public static void AssertSame(object? expected, object? actual, string path = "$")
    {
        if (expected is null || actual is null)
        {
            Assert.True(expected is null && actual is null, $"{path}: {expected ?? "null"} and {actual ?? "null"}");
            return;
        }

        if (expected is string or AppVersion || expected.GetType().IsValueType)
        {
            Assert.True(expected.Equals(actual) && expected.ToString() == actual.ToString(), $"{path}: {expected} and {actual}");
            return;
        }

        if (expected is IEnumerable items)
        {
            var left = items.Cast<object>().ToList();
            var right = ((IEnumerable)actual).Cast<object>().ToList();
            Assert.True(left.Count == right.Count, $"{path}: {left.Count} and {right.Count} items");
            for (var i = 0; i < left.Count; i++) AssertSame(left[i], right[i], $"{path}[{i}]");
            return;
        }

        foreach (var property in Properties(expected.GetType())) AssertSame(property.GetValue(expected), property.GetValue(actual), $"{path}.{property.Name}");
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0);
}
