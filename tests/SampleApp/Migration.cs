namespace SampleApp;

/// <summary>
/// One migration. Each of its parts is committed by itself, as an application does whose schema changes can't be wrapped in one
/// transaction: failing half way leaves the database between two versions.
/// </summary>
/// <param name="Id">Its name.</param>
/// <param name="Release">The version that brought it.</param>
/// <param name="Comment">What it does.</param>
/// <param name="Up">Its parts; <c>{id}</c>, <c>{time}</c> and <c>{now}</c> stand for what the engine calls them.</param>
/// <param name="Down">The parts of the way back.</param>
internal sealed record Migration(string Id, Version Release, string Comment, string[] Up, string[] Down);
