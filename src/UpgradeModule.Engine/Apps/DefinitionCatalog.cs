using System.Text;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Apps;

/// <summary>
/// The definitions of a folder and of the store. What was read is kept for as long as the catalogue lives, which is one operation: ten
/// thousand piped deployments read a definition once.
/// </summary>
/// <param name="shippedDirectory">The folder of the definitions that ship with the module; each file is named after its application.</param>
/// <param name="store">Where registered definitions are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class DefinitionCatalog(string shippedDirectory, IStateStore store, TimeProvider? time = null) : IDefinitionCatalog
{
    private readonly Dictionary<string, (DateTime Written, AppSpec Spec)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AppSpec> _registered = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly object _lock = new();
    private readonly Lazy<string[]> _shipped = new(() => Directory.Exists(shippedDirectory)
        ? [.. Directory.EnumerateFiles(shippedDirectory, "*.json").Where(path => !path.EndsWith(".schema.json", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)]
        : []);

    private IReadOnlyList<StoredDefinition>? _stored;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppDefinition>> ListAsync(CancellationToken cancellationToken)
    {
        var found = new List<AppDefinition>();
        foreach (var stored in await StoredAsync(cancellationToken).ConfigureAwait(false)) found.Add(Describe(Registered(stored), stored.Source, stored.Source));
        foreach (var path in _shipped.Value)
        {
            if (found.Exists(definition => NameOf(path).Equals(definition.Name, StringComparison.OrdinalIgnoreCase))) continue;
            found.Add(Describe(await FileAsync(path, shipped: true, cancellationToken).ConfigureAwait(false), "Shipped", path));
        }

        return [.. found.OrderBy(definition => definition.Name, StringComparer.OrdinalIgnoreCase)];
    }

    /// <inheritdoc/>
    public async Task<AppSpec> GetAsync(string nameOrPath, CancellationToken cancellationToken)
    {
        if (IsPath(nameOrPath)) return await FileAsync(Path.GetFullPath(nameOrPath), shipped: false, cancellationToken).ConfigureAwait(false);
        var registered = await StoredAsync(cancellationToken).ConfigureAwait(false);
        foreach (var stored in registered)
        {
            if (stored.Name.Equals(nameOrPath, StringComparison.OrdinalIgnoreCase)) return Registered(stored);
        }

        var path = ShippedFile(nameOrPath);
        if (path is not null) return await FileAsync(path, shipped: true, cancellationToken).ConfigureAwait(false);
        throw NotFound(nameOrPath, [.. registered.Select(stored => stored.Name), .. _shipped.Value.Select(NameOf)]);
    }

    /// <inheritdoc/>
    public async Task<DefinitionTestResult> TestAsync(string path, CancellationToken cancellationToken)
    {
        var (read, _) = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        return new DefinitionTestResult { Path = path, Name = read.Spec?.Name ?? "", Valid = read.Problems.Count == 0, Problems = read.Problems };
    }

    /// <inheritdoc/>
    public async Task<AppDefinition> RegisterAsync(string path, bool replace, CancellationToken cancellationToken)
    {
        var (read, document) = await ReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (read.Problems.Count > 0) throw DefinitionLoader.Invalid(path, read.Problems);
        var spec = read.Spec!;
        var existing = (await store.ListDefinitionsAsync(cancellationToken).ConfigureAwait(false))
            .FirstOrDefault(stored => stored.Name.Equals(spec.Name, StringComparison.OrdinalIgnoreCase));
        if (existing is not null && !replace)
        {
            throw new UpgradeException("DefinitionExists", UpgradeErrorCategory.ResourceExists, spec.Name, $"A definition of '{spec.Name}' is registered already, from {existing.Source}.", "Register it with -Force to replace it.");
        }

        var stored = new StoredDefinition { Name = spec.Name, Json = Encoding.UTF8.GetString(document), Source = path, RegisteredOn = _time.GetUtcNow() };
        await store.SaveDefinitionAsync(stored, cancellationToken).ConfigureAwait(false);
        Forget(spec.Name);
        return Describe(spec, path, path);
    }

    /// <inheritdoc/>
    public async Task UnregisterAsync(string name, CancellationToken cancellationToken)
    {
        if (await store.RemoveDefinitionAsync(name, cancellationToken).ConfigureAwait(false))
        {
            Forget(name);
            return;
        }

        if (ShippedFile(name) is { } path)
        {
            throw new UpgradeException("DefinitionShipped", UpgradeErrorCategory.InvalidOperation, name, $"The definition of '{name}' ships with the module ({path}) and can't be unregistered.", "A registered definition of the same name is used instead of it.");
        }

        throw NotFound(name, [.. (await store.ListDefinitionsAsync(cancellationToken).ConfigureAwait(false)).Select(stored => stored.Name)], registeredOnly: true);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<AppRelease>> ReleasesAsync(string nameOrPath, string? edition, CancellationToken cancellationToken)
    {
        var spec = await GetAsync(nameOrPath, cancellationToken).ConfigureAwait(false);
        var id = VersionScheme.Of(spec).EditionId(edition);
        return [.. Enumerable.Reverse(ReleaseIndex.Of(spec).Find(id)!).Select(release => new AppRelease
        {
            App = spec.Name,
            Version = release.Version,
            Edition = id,
            Date = release.Spec.Date,
            Status = release.Status,
            PreRelease = release.PreRelease,
            Notes = release.Spec.Notes ?? (spec.ReleaseNotes is null ? null : VersionScheme.Of(spec).Fill(spec.ReleaseNotes, release.Version)),
        })];
    }

    /// <summary>Whether an application is named by the path of a definition file.</summary>
    /// <param name="nameOrPath">The name or path.</param>
    internal static bool IsPath(string nameOrPath) =>
        nameOrPath.AsSpan().IndexOfAny('/', '\\') >= 0 || nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);

    private UpgradeException NotFound(string name, string[] known, bool registeredOnly = false)
    {
        var names = string.Join(", ", known.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase));
        if (!registeredOnly && _shipped.Value.Length == 0)
        {
            var others = names.Length == 0 ? "None is registered either." : $"Registered are: {names}.";
            return new UpgradeException("AppNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"There is no app definition '{name}': those that ship with the module are missing from '{shippedDirectory}'. {others}", "Install the module again, whole.");
        }

        return registeredOnly
            ? new UpgradeException("AppNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"No definition is registered under the name '{name}'.", names.Length == 0 ? "None is registered at all." : $"There are: {names}.")
            : new UpgradeException("AppNotFound", UpgradeErrorCategory.ObjectNotFound, name, $"There is no app definition '{name}'. There are: {names}.", "Describe other applications in a file and register it with Register-AppDefinition.");
    }

    private static AppDefinition Describe(AppSpec spec, string source, string path) => new()
    {
        Name = spec.Name,
        DisplayName = spec.DisplayName,
        Editions = [.. spec.Editions
            .Select(edition => new AppEdition { Id = edition.Id, DisplayName = edition.DisplayName, Default = edition.Id == VersionScheme.Of(spec).DefaultEdition })
            .OrderByDescending(edition => edition.Default)],
        Source = source,
        Path = path,
        Date = spec.Source?.Date,
        Releases = spec.Releases.Count,
        Website = spec.Website,
    };

    private static async Task<(DefinitionDocument Read, byte[] Document)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var document = await BytesAsync(path, cancellationToken).ConfigureAwait(false);
        return (DefinitionLoader.Read(document, withPatterns: true), document);
    }

    private static async Task<byte[]> BytesAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UpgradeException("DefinitionNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no app definition file {path}.", null, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("DefinitionUnreadable", UpgradeErrorCategory.ReadError, path, $"The app definition file {path} can't be read: {e.Message}", "Give the right to read it.", e);
        }
    }

    private async Task<AppSpec> FileAsync(string path, bool shipped, CancellationToken cancellationToken)
    {
        var written = File.GetLastWriteTimeUtc(path);
        lock (_lock)
        {
            if (_files.TryGetValue(path, out var known) && known.Written == written) return known.Spec;
        }

        var spec = DefinitionLoader.Load(await BytesAsync(path, cancellationToken).ConfigureAwait(false), path, withPatterns: !shipped);
        lock (_lock) _files[path] = (written, spec);
        return spec;
    }

    private AppSpec Registered(StoredDefinition stored)
    {
        lock (_lock)
        {
            if (_registered.TryGetValue(stored.Name, out var known)) return known;
            return _registered[stored.Name] = DefinitionLoader.Load(Encoding.UTF8.GetBytes(stored.Json), stored.Source, withPatterns: false);
        }
    }

    private async Task<IReadOnlyList<StoredDefinition>> StoredAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_stored is not null) return _stored;
        }

        var stored = await store.ListDefinitionsAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock) return _stored = stored;
    }

    private void Forget(string name)
    {
        lock (_lock)
        {
            _stored = null;
            _registered.Remove(name);
        }
    }

    // Case-insensitive also where file names are not.
    private string? ShippedFile(string name) => _shipped.Value.FirstOrDefault(path => NameOf(path).Equals(name, StringComparison.OrdinalIgnoreCase));
}
