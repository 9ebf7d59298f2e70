using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>What a script begins with, and a restore's sessions with it.</summary>
internal static class ScriptHeader
{
    /// <summary>The settings under which the statements mean what they should.</summary>
    public const string Settings = """
        SET statement_timeout = 0;
        SET lock_timeout = 0;
        SET idle_in_transaction_session_timeout = 0;
        SET client_encoding = 'UTF8';
        SET standard_conforming_strings = on;
        SELECT pg_catalog.set_config('search_path', '', false);
        SET check_function_bodies = false;
        SET xmloption = content;
        SET client_min_messages = warning;
        SET row_security = off;
        SET default_tablespace = '';
        SET default_table_access_method = heap;
        """;

    /// <summary>The beginning of a script.</summary>
    /// <param name="version">The server's version.</param>
    /// <param name="file">The script's file.</param>
    public static string Text(string version, string file)
    {
        var name = Path.GetFileName(file);
        var read = Path.GetExtension(name) switch { ".gz" => "gunzip -c ", ".br" => "brotli -dc ", _ => "cat " } + name;
        return $"""
            --
            -- A PostgreSQL {version} database, written by UpgradeModule {ModuleVersion.Current}.
            -- Into a new database, as a superuser, with nothing but PostgreSQL's own tools:
            --   createdb --template=template0 NAME
            --   {read} | psql --no-psqlrc --set=ON_ERROR_STOP=1 --output=/dev/null --dbname=NAME
            --

            {Settings}


            """.ReplaceLineEndings("\n");
    }
}
