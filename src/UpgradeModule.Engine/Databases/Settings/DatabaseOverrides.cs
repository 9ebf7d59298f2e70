using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>Writes the settings with which an application uses another database, in the words that it uses now: an address, or single settings.</summary>
internal static partial class DatabaseOverrides
{
    private static readonly string[] s_dropped = ["user", "password", "host", "port", "ssl", "sslmode", "sslfactory", "sslrootcert", "sslcert", "sslkey"];

    /// <summary>Writes them.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="settings">What it is given now.</param>
    /// <param name="access">The other database, as the application reaches it.</param>
    /// <returns>The settings; <see langword="null"/> takes one away. They hold a secret.</returns>
    /// <exception cref="UpgradeException"><c>RehearsalNotSupported</c>: the definition doesn't say which settings.</exception>
    public static IReadOnlyDictionary<string, string?> Of(DeploymentContext context, AppSettings settings, DatabaseAccess access)
    {
        var spec = context.Spec.Settings.Database ?? throw NotSupported(context, "its definition doesn't say which settings tell its database");
        var overrides = new Dictionary<string, string?>(StringComparer.Ordinal);

        // Whatever could tell another database goes first: older names, names of files with values.
        foreach (var name in Names(context.Spec.Settings, spec)) overrides[name] = null;
        if (settings.Get(spec.Type) is { } type) overrides[spec.Type!] = type;
        var address = Present(context.Spec.Settings, settings, spec.Uri);
        if (access.Target.Path is { } path) File(context, spec, overrides, address, path);
        else if (address is not null) Address(spec, overrides, address, access);
        else Singles(context, spec, overrides, access);
        return overrides;
    }

    private static void File(DeploymentContext context, DatabaseSettingsSpec spec, Dictionary<string, string?> overrides, string? address, string path)
    {
        var name = (address is null ? spec.File : spec.Uri) ?? spec.File ?? throw NotSupported(context, "its definition doesn't say which setting tells its database's file");
        var suffix = spec.FileSuffix is { Length: > 0 } given && path.EndsWith(given, StringComparison.OrdinalIgnoreCase) ? given.Length : 0;
        var bare = path[..^suffix];
        var scheme = address is null ? null : FileScheme().Match(address) is { Success: true } match ? match.Value : null;
        overrides[name] = scheme is null ? bare : scheme + bare + (address!.IndexOf(';', StringComparison.Ordinal) is > 0 and var options ? address[options..] : "");
    }

    private static void Singles(DeploymentContext context, DatabaseSettingsSpec spec, Dictionary<string, string?> overrides, DatabaseAccess access)
    {
        if (spec.Host is null || spec.Name is null) throw NotSupported(context, "its definition doesn't say which settings tell its database's server and name");
        overrides[spec.Host] = access.Target.Server;
        overrides[spec.Name] = access.Target.Name;
        if (spec.Port is not null) overrides[spec.Port] = Port(access);
        if (spec.User is not null) overrides[spec.User] = access.Credential?.UserName;
        if (spec.Password is not null) overrides[spec.Password] = access.Credential?.Reveal();
    }

    private static void Address(DatabaseSettingsSpec spec, Dictionary<string, string?> overrides, string address, DatabaseAccess access)
    {
        var user = access.Credential?.UserName ?? "";
        var password = access.Credential?.Reveal() ?? "";
        var scheme = ServerScheme().Match(address).Value;
        var query = address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? address[(at + 1)..] : "";
        var options = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Where(option => !s_dropped.Contains(option.Split('=')[0], StringComparer.OrdinalIgnoreCase)).ToList();
        var logIn = "";
        if (spec.User is not null && spec.Password is not null)
        {
            // Beside an address they win, and need no encoding.
            overrides[spec.User] = user;
            overrides[spec.Password] = password;
        }
        else if (scheme.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase))
        {
            options.InsertRange(0, [$"user={Uri.EscapeDataString(user)}", $"password={Uri.EscapeDataString(password)}"]);
        }
        else
        {
            logIn = (spec.UriDecodesCredentials ? Uri.EscapeDataString(user) : user) + ":" + password + "@";
        }

        var tail = options.Count == 0 ? "" : "?" + string.Join('&', options);
        overrides[spec.Uri!] = $"{scheme}{logIn}{access.Target.Server}:{Port(access)}/{Uri.EscapeDataString(access.Target.Name ?? "")}{tail}";
    }

    private static string Port(DatabaseAccess access) => (access.Target.Port ?? 5432).ToString(CultureInfo.InvariantCulture);

    private static string? Present(SettingsSpec spec, AppSettings settings, string? name) =>
        settings.Get(name) ?? (name is null ? null : spec.Aliases.Where(alias => alias.Value == name).Select(alias => settings.Get(alias.Key)).FirstOrDefault(static value => value is not null));

    private static IEnumerable<string> Names(SettingsSpec all, DatabaseSettingsSpec spec)
    {
        string?[] own = [spec.Uri, spec.Host, spec.Port, spec.Name, spec.User, spec.Password, spec.File];
        var names = own.OfType<string>().ToList();
        names.AddRange(all.Aliases.Where(alias => names.Contains(alias.Value)).Select(static alias => alias.Key).ToList());
        return all.FileSuffix is { Length: > 0 } suffix ? names.Concat(names.Select(name => name + suffix)).Distinct() : names.Distinct();
    }

    private static UpgradeException NotSupported(DeploymentContext context, string why) => new(
        "RehearsalNotSupported", UpgradeErrorCategory.NotImplemented, context.Deployment.Name,
        $"An upgrade of '{context.Deployment.Name}' can't be rehearsed: {why}, so that a clone can't be given another one.", "Complete the definition ('settings', 'database').");

    [GeneratedRegex("^(jdbc:)?(h2:(file:)?|sqlite3?:(//)?)", RegexOptions.IgnoreCase)]
    private static partial Regex FileScheme();

    [GeneratedRegex("^(jdbc:)?[A-Za-z][A-Za-z0-9+]*://", RegexOptions.IgnoreCase)]
    private static partial Regex ServerScheme();
}
