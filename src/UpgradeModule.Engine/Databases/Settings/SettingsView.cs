using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>Reads settings together with their variants that name a file, and tells mistakes without telling values.</summary>
/// <param name="settings">The settings.</param>
/// <param name="fileSuffix">The suffix of settings whose value is the path of a file with the value; none where <see langword="null"/>.</param>
/// <param name="workingDirectory">What relative paths are relative to.</param>
/// <param name="deployment">The deployment's name, for messages.</param>
internal sealed class SettingsView(AppSettings settings, string? fileSuffix, string workingDirectory, string deployment)
{
    /// <summary>Gets a setting's value.</summary>
    /// <param name="name">Its name; <see langword="null"/> gives <see langword="null"/>.</param>
    public string? Get(string? name)
    {
        if (name is null) return null;
        var value = settings.Get(name);
        if (fileSuffix is null || settings.Get(name + fileSuffix) is not { } file) return value;

        // The host reads such files where it can: in a container, say, they are none of this machine's.
        if (value is not null && settings.SourceOf(name) == file) return value;
        if (value is not null) throw Invalid(name, $"both {name} and {name}{fileSuffix} are set");
        try
        {
            return File.ReadAllText(Path.Combine(workingDirectory, file)).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Invalid(name + fileSuffix, "the file that it names can't be read", failure);
        }
    }

    /// <summary>Gets a setting that is a port.</summary>
    /// <param name="name">Its name.</param>
    public int? Port(string? name)
    {
        if (Get(name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : throw Invalid(name!, "it is no port number");
    }

    /// <summary>Tells where settings come from, for people.</summary>
    /// <param name="names">Their names; those that aren't set are passed over.</param>
    public string Sources(params string?[] names)
    {
        var set = names.Where(name => name is not null && (settings.Get(name) ?? settings.Get(name + fileSuffix)) is not null).Select(name => $"{name} ({Source(name!)})");
        var text = string.Join(", ", set);
        return text.Length == 0 ? "the application's defaults" : text;
    }

    /// <summary>The error for a setting.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">What is wrong with it, without its value.</param>
    /// <param name="inner">The cause.</param>
    public UpgradeException Invalid(string name, string reason, Exception? inner = null) =>
        new("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidData, name, $"The database of deployment '{deployment}' can't be read from {name} ({Source(name)}): {reason}.", "Correct the setting, or give the deployment its database.", inner);

    private string Source(string name) => settings.SourceOf(name) ?? (fileSuffix is null ? null : settings.SourceOf(name + fileSuffix)) ?? "not set";
}
