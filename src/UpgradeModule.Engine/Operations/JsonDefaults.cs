using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace UpgradeModule.Engine.Operations;

/// <summary>
/// Reads JSON into records so that what a document leaves out keeps the record's own default. Source-generated readers set every
/// <c>init</c> property, so without this a document of an older version would put <see langword="null"/> into lists that are never null.
/// </summary>
internal static class JsonDefaults
{
    /// <summary>Reads a document.</summary>
    /// <param name="json">The document.</param>
    /// <param name="info">The record's type information, of a source-generated context.</param>
    /// <exception cref="JsonException">It is no such document.</exception>
    public static T Deserialize<T>(string json, JsonTypeInfo<T> info)
    {
        var documentOptions = new JsonDocumentOptions { AllowTrailingCommas = info.Options.AllowTrailingCommas, CommentHandling = info.Options.ReadCommentHandling, MaxDepth = info.Options.MaxDepth };
        var node = JsonNode.Parse(json, documentOptions: documentOptions) ?? throw new JsonException("The document is empty.");
        try
        {
            Fill(node, info, []);
            return node.Deserialize(info) ?? throw new JsonException("The document is empty.");
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            // A node tree tells a property that occurs twice only when it is looked into.
            throw new JsonException(failure.Message, failure);
        }
    }

    private static void Fill(JsonNode? node, JsonTypeInfo info, Dictionary<Type, JsonObject> templates)
    {
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object when node is JsonObject document:
                FillObject(document, info, templates);
                break;
            case JsonTypeInfoKind.Enumerable when node is JsonArray items:
                var element = info.Options.GetTypeInfo(info.Type.IsArray ? info.Type.GetElementType()! : info.Type.GetGenericArguments()[0]);
                if (element.Kind == JsonTypeInfoKind.None) break;
                foreach (var item in items) Fill(item, element, templates);
                break;
            case JsonTypeInfoKind.Dictionary when node is JsonObject entries:
                var value = info.Options.GetTypeInfo(info.Type.GetGenericArguments()[1]);
                if (value.Kind == JsonTypeInfoKind.None) break;
                foreach (var (_, entry) in entries) Fill(entry, value, templates);
                break;
        }
    }

    private static void FillObject(JsonObject document, JsonTypeInfo info, Dictionary<Type, JsonObject> templates)
    {
        if (!templates.TryGetValue(info.Type, out var template))
        {
            template = (JsonObject)JsonSerializer.SerializeToNode(Activator.CreateInstance(info.Type), info)!;
            templates.Add(info.Type, template);
        }

        foreach (var property in info.Properties)
        {
            if (document[property.Name] is { } present) Fill(present, info.Options.GetTypeInfo(property.PropertyType), templates);
            else if (template[property.Name] is { } usual) document[property.Name] = usual.DeepClone();
        }
    }
}
