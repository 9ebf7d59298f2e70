using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace UpgradeModule.Binding;

/// <summary>
/// Makes records again of what PowerShell's serialiser made of them, property bags with a type name that begins with Deserialized; and of what
/// ConvertFrom-Json gives, bags without a name that have every property of the record.
/// </summary>
internal static class RecordRebuilder
{
    private const string Prefix = "Deserialized.";

    /// <summary>Makes a record of a property bag of the same type.</summary>
    /// <param name="value">The bag.</param>
    /// <param name="type">The record's type.</param>
    /// <param name="record">The record.</param>
    /// <returns>Whether the value was such a bag.</returns>
    public static bool TryRebuild(object value, Type type, out object? record)
    {
        record = null;
        if (value is not PSObject bag || !(bag.TypeNames.Contains(Prefix + type.FullName) || IsWhole(bag, type))) return false;
        record = Rebuild(bag, type);
        return true;
    }

    private static bool IsWhole(PSObject bag, Type type) =>
        bag.BaseObject is PSCustomObject && type.GetProperties(BindingFlags.Instance | BindingFlags.Public).All(property => !property.CanWrite || bag.Properties[property.Name] is not null);

    private static object? Rebuild(object? value, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var plain = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        if (plain is null) return null;
        if (type.IsInstanceOfType(plain)) return plain;
        if (type == typeof(DateTimeOffset)) return Moment(plain);
        if (type == typeof(DateOnly)) return Day(plain);
        if (type == typeof(TimeSpan) && plain is PSObject span && span.Properties["Ticks"]?.Value is { } ticks) return TimeSpan.FromTicks(LanguagePrimitives.ConvertTo<long>(ticks));
        if (type == typeof(AppVersion)) return AppVersion.TryParse(Text(plain), out var version) ? version : null;
        if (ItemType(type, typeof(IReadOnlyList<>)) is { } item) return Items(plain, item);
        if (type == typeof(IReadOnlyDictionary<string, string>)) return Texts(plain);
        if (type.Assembly == typeof(AppDeployment).Assembly && !type.IsEnum && plain is PSObject bag) return Record(bag, type);
        return LanguagePrimitives.ConvertTo(plain, type, CultureInfo.InvariantCulture);
    }

    private static object Record(PSObject bag, Type type)
    {
        var record = Activator.CreateInstance(type)!;
        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (!property.CanWrite || bag.Properties[property.Name] is not { } member) continue;

            // What the serialiser cut off for its depth comes as a text; a record's own default is better than a failure.
            if (Rebuild(member.Value, property.PropertyType) is { } value) property.SetValue(record, value);
        }

        return record;
    }

    private static Array Items(object plain, Type item)
    {
        var items = plain is IEnumerable many and not string ? many.Cast<object?>().Select(one => Rebuild(one, item)).Where(one => one is not null).ToList() : [];
        var array = Array.CreateInstance(item, items.Count);
        for (var i = 0; i < items.Count; i++) array.SetValue(items[i], i);
        return array;
    }

    private static Dictionary<string, string> Texts(object plain)
    {
        var texts = new Dictionary<string, string>();
        if (plain is PSObject { BaseObject: PSCustomObject } bag)
        {
            foreach (var member in bag.Properties) texts[member.Name] = Text(member.Value) ?? "";
        }

        if (plain is not IDictionary table) return texts;
        foreach (DictionaryEntry entry in table) texts[Text(entry.Key) ?? ""] = Text(entry.Value) ?? "";
        return texts;
    }

    /// <summary>Makes a moment of what the serialiser made of it.</summary>
    /// <param name="plain">A moment, a property bag or a text.</param>
    public static DateTimeOffset? Moment(object? plain)
    {
        if (plain is PSObject { BaseObject: DateTimeOffset or DateTime or string } wrapped) plain = wrapped.BaseObject;
        if (plain is DateTimeOffset same) return same;
        if (plain is DateTime time) return new DateTimeOffset(time);
        if (plain is PSObject bag && bag.Properties["UtcDateTime"]?.Value is { } value && LanguagePrimitives.TryConvertTo<DateTime>(value, out var utc)) return new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc));
        return DateTimeOffset.TryParse(Text(plain), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
    }

    /// <summary>Makes a day of what the serialiser made of it.</summary>
    /// <param name="plain">A day, a property bag or a text.</param>
    public static DateOnly? Day(object? plain)
    {
        if (plain is PSObject { BaseObject: DateOnly or DateTimeOffset or DateTime or string } wrapped) plain = wrapped.BaseObject;
        if (plain is DateOnly same) return same;
        if (plain is DateTimeOffset moment) return DateOnly.FromDateTime(moment.LocalDateTime);
        if (plain is DateTime time) return DateOnly.FromDateTime(time);
        if (plain is PSObject bag && bag.Properties["DayNumber"]?.Value is { } value && LanguagePrimitives.TryConvertTo<int>(value, out var number)) return DateOnly.FromDayNumber(number);
        return DateOnly.TryParse(Text(plain), CultureInfo.InvariantCulture, out var day) ? day : null;
    }

    private static string? Text(object? value) => value switch
    {
        PSObject bag when bag.Properties["Text"]?.Value is string text => text,
        _ => value?.ToString(),
    };

    private static Type? ItemType(Type type, Type list) => type.IsGenericType && type.GetGenericTypeDefinition() == list ? type.GetGenericArguments()[0] : null;
}
