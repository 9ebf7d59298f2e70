using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.State;

/// <summary>Writes records as JSON and reads them back, also those that an older or newer version of the module wrote.</summary>
internal static class ModelJson
{
    /// <summary>Writes a record.</summary>
    /// <typeparam name="T">One of the types of <see cref="ModelJsonContext"/>.</typeparam>
    /// <param name="record">The record.</param>
    public static string Serialize<T>(T record) => JsonSerializer.Serialize(record, Info<T>());

    /// <summary>Reads a record. What the document leaves out keeps its default; what isn't known is passed over.</summary>
    /// <typeparam name="T">One of the types of <see cref="ModelJsonContext"/>.</typeparam>
    /// <param name="json">The document.</param>
    /// <exception cref="JsonException">It is no such document.</exception>
    public static T Deserialize<T>(string json) => JsonDefaults.Deserialize(json, Info<T>());

    private static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)ModelJsonContext.Default.GetTypeInfo(typeof(T))!;
}
