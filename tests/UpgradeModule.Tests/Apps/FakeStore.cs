using NSubstitute;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Tests.Apps;

/// <summary>A store that keeps definitions in memory.</summary>
internal static class FakeStore
{
    public static IStateStore Create()
    {
        var definitions = new Dictionary<string, StoredDefinition>(StringComparer.OrdinalIgnoreCase);
        var store = Substitute.For<IStateStore>();
        store.ListDefinitionsAsync(default).ReturnsForAnyArgs(_ => Task.FromResult<IReadOnlyList<StoredDefinition>>([.. definitions.Values]));
        store.SaveDefinitionAsync(default!, default).ReturnsForAnyArgs(call =>
        {
            var definition = call.Arg<StoredDefinition>();
            definitions[definition.Name] = definition;
            return Task.CompletedTask;
        });
        store.RemoveDefinitionAsync(default!, default).ReturnsForAnyArgs(call => Task.FromResult(definitions.Remove(call.Arg<string>())));
        return store;
    }
}
