namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A server, or the program that speaks with it, says no.</summary>
/// <param name="code">The error's number; 0 where there is none.</param>
/// <param name="text">What it says.</param>
internal sealed class MySqlFailure(int code, string text) : Exception(text)
{
    /// <summary>The error's number.</summary>
    public int Code => code;
}
