using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace SampleApp;

/// <summary>What the application answers.</summary>
internal sealed class Api(Database database, AppState state)
{
    public void Map(WebApplication app)
    {
        app.Use(async (context, next) =>
        {
            var path = context.Request.Path.Value ?? "/";
            if (path == "/api/health") await HealthAsync(context).ConfigureAwait(false);
            else if (state.Ready) await next(context).ConfigureAwait(false);
            else if (path.StartsWith("/api/", StringComparison.Ordinal)) await TextAsync(context, 503, "SampleApp is still initializing. Please sit tight...").ConfigureAwait(false);
            else await TextAsync(context, 200, "SampleApp is starting up, please wait.").ConfigureAwait(false);
        });
        app.UseRouting();
        app.MapGet("/", context => TextAsync(context, 200, "SampleApp " + AppInfo.Version));
        app.MapGet("/api/properties", PropertiesAsync);
        app.MapGet("/api/users", UsersAsync);
        app.MapGet("/api/notes", NotesAsync);
        app.MapPost("/api/notes", AddNoteAsync);
        app.UseEndpoints(static _ => { });
    }

    private Task HealthAsync(HttpContext context) => (state.Ready && !state.Sick) || state.LieHealthy
        ? JsonAsync(context, 200, new JsonObject { ["status"] = "ok" })
        : JsonAsync(context, 503, new JsonObject { ["status"] = "initializing", ["progress"] = Math.Round(state.Progress, 3) });

    private Task PropertiesAsync(HttpContext context) => JsonAsync(context, 200, new JsonObject
    {
        ["version"] = new JsonObject { ["tag"] = "v" + AppInfo.Version },
        ["startup-time-millis"] = state.StartupMilliseconds,
        ["engine"] = database.Postgres ? "postgres" : "sqlite",
    });

    private async Task UsersAsync(HttpContext context)
    {
        if (state.SickPage)
        {
            await TextAsync(context, 500, "Something went wrong.").ConfigureAwait(false);
            return;
        }

        var rows = await database.QueryAsync("SELECT id, name FROM users ORDER BY id", context.RequestAborted).ConfigureAwait(false);
        var users = new JsonArray([.. rows.Select(static row => (JsonNode)new JsonObject { ["id"] = ToLong(row[0]), ["name"] = (string)row[1]! })]);
        await JsonAsync(context, 200, new JsonObject { ["count"] = rows.Count, ["users"] = users }).ConfigureAwait(false);
    }

    private async Task NotesAsync(HttpContext context)
    {
        if (!int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit)) limit = 20;
        var count = await database.CountAsync("SELECT count(*) FROM notes", context.RequestAborted).ConfigureAwait(false);

        // Each version reads what only it has, so that an older schema beneath it shows.
        var pinned = AppInfo.Release.Major >= 2 ? "EXISTS (SELECT 1 FROM pins p WHERE p.note_id = n.id)" : AppInfo.Release.Minor >= 1 ? "n.pinned = 1" : "NULL";
        var rows = await database.QueryAsync(
            $"SELECT n.id, u.name, n.text, n.created, {pinned} FROM notes n JOIN users u ON u.id = n.author_id ORDER BY n.id DESC LIMIT $1", context.RequestAborted, limit).ConfigureAwait(false);
        var notes = new JsonArray([.. rows.Select(static row => (JsonNode)new JsonObject
        {
            ["id"] = ToLong(row[0]),
            ["author"] = (string)row[1]!,
            ["text"] = (string)row[2]!,
            ["created"] = row[3] is DateTime time ? time.ToString("O", CultureInfo.InvariantCulture) : (string?)row[3],
            ["pinned"] = row[4] is null ? null : Convert.ToBoolean(row[4], CultureInfo.InvariantCulture),
        })]);
        await JsonAsync(context, 200, new JsonObject { ["count"] = count, ["notes"] = notes }).ConfigureAwait(false);
    }

    private async Task AddNoteAsync(HttpContext context)
    {
        JsonNode? body;
        try
        {
            body = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException)
        {
            body = null;
        }

        if (body is not JsonObject note || (string?)note["text"] is not { Length: > 0 } text)
        {
            await JsonAsync(context, 400, new JsonObject { ["error"] = "A note is {\"author\":\"…\",\"text\":\"…\"}." }).ConfigureAwait(false);
            return;
        }

        var author = (string?)note["author"] ?? "Ada Lovelace";
        var displayed = AppInfo.Release >= new Version(1, 1);
        var user = await database.ScalarAsync("SELECT id FROM users WHERE name = $1", context.RequestAborted, author).ConfigureAwait(false);
        if (user is null)
        {
            await database.ExecuteAsync(
                displayed ? "INSERT INTO users (name, display_name) VALUES ($1, $1) ON CONFLICT (name) DO NOTHING" : "INSERT INTO users (name) VALUES ($1) ON CONFLICT (name) DO NOTHING",
                context.RequestAborted, author).ConfigureAwait(false);
            user = await database.ScalarAsync("SELECT id FROM users WHERE name = $1", context.RequestAborted, author).ConfigureAwait(false);
        }

        // The answer comes after the commit: an id that a client holds is a row that is there.
        var id = await database.CountAsync("INSERT INTO notes (author_id, text) VALUES ($1, $2) RETURNING id", context.RequestAborted, ToLong(user), text).ConfigureAwait(false);
        await JsonAsync(context, 201, new JsonObject { ["id"] = id }).ConfigureAwait(false);
    }

    private static long ToLong(object? value) => Convert.ToInt64(value, CultureInfo.InvariantCulture);

    private static Task JsonAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    private static Task TextAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
