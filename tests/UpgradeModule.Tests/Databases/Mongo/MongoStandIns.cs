using System.Text.Json.Nodes;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Mongo;

/// <summary>
/// Stand-ins of mongosh, mongodump and mongorestore, since no MongoDB can be had: scripts of Node.js over a file that holds the databases. They show what the engine
/// asks of the real programs (arguments, secrets, streams, ends), and that its script for the shell is one. They prove nothing of a real MongoDB.
/// </summary>
internal sealed class MongoStandIns
{
    private const string Server = """
        const fs = require('fs');
        const file = process.env.UM_STANDIN || __dirname + '/server.json';
        const load = () => JSON.parse(fs.readFileSync(file, 'utf8'));
        const save = s => fs.writeFileSync(file, JSON.stringify(s));
        const long = n => ({ toNumber: () => n, low: n, high: 0 });
        const same = (doc, q) => Object.keys(q || {}).every(k => JSON.stringify(doc[k]) === JSON.stringify(q[k]));
        function run(name, c) {
          const s = load(), d = s.databases[name] || {}, first = Object.keys(c)[0], put = () => { s.databases[name] = d; if (Object.keys(d).length === 0) delete s.databases[name]; save(s); };
          if (s.refuse && s.refuse.includes(first)) return { ok: 0, code: 13, errmsg: 'not authorized on ' + name + ' to execute command' };
          switch (first) {
            case 'buildInfo': return { ok: 1, version: '6.0.14' };
            case 'dbStats': return { ok: 1, dataSize: long(1000), indexSize: 24, collections: Object.keys(d).length };
            case 'connectionStatus': return { ok: 1, authInfo: { authenticatedUsers: [], authenticatedUserPrivileges: [] } };
            case 'isMaster': return { ok: 1, ismaster: true, setName: 'overleaf' };
            case 'getParameter': return { ok: 1, featureCompatibilityVersion: { version: '6.0' } };
            case 'listDatabases': return { ok: 1, databases: Object.keys(s.databases).map(n => ({ name: n })) };
            case 'listCollections': return { ok: 1, cursor: { firstBatch: Object.keys(d).map(n => ({ name: n, type: 'collection' })).concat([{ name: 'seen', type: 'view' }, { name: 'system.views', type: 'collection' }]) } };
            case 'count': return { ok: 1, n: (d[c.count] || []).filter(x => same(x, c.query)).length };
            case 'aggregate': { const n = (d[c.aggregate] || []).length; return { ok: 1, cursor: { firstBatch: n === 0 ? [] : [{ _id: null, n: long(n) }] } }; }
            case 'find': return { ok: 1, cursor: { firstBatch: (d[c.find] || []).filter(x => same(x, c.filter)).slice(0, 1) } };
            case 'dropDatabase': delete s.databases[name]; save(s); return { ok: 1 };
            case 'drop': if (!d[c.drop]) return { ok: 0, code: 26, errmsg: 'ns not found' }; delete d[c.drop]; put(); return { ok: 1 };
            case 'insert': if ((d[c.insert] || []).some(x => x._id === c.documents[0]._id)) return { ok: 1, n: 0, writeErrors: [{ code: 11000, errmsg: 'duplicate key' }] }; d[c.insert] = (d[c.insert] || []).concat(c.documents); put(); return { ok: 1, n: 1 };
            case 'update': { const u = c.updates[0]; d[c.update] = (d[c.update] || []).filter(x => !same(x, u.q)).concat([u.u]); put(); return { ok: 1, n: 1 }; }
            case 'delete': d[c.delete] = (d[c.delete] || []).filter(x => !same(x, c.deletes[0].q)); put(); return { ok: 1, n: 1 };
            default: return { ok: 0, code: 59, errmsg: 'no such command: ' + first };
          }
        }
        const db = name => ({ runCommand: c => run(name, c), getSiblingDB: n => db(n) });
        const told = what => fs.appendFileSync(__dirname + '/calls', JSON.stringify({ program: what, arguments: process.argv.slice(2), environment: Object.keys(process.env).filter(k => JSON.stringify(process.env[k]).includes('hush')) }) + '\n');
        const option = name => { const found = process.argv.slice(2).find(a => a.startsWith('--' + name + '=')); return found === undefined ? undefined : found.slice(name.length + 3); };
        module.exports = { load, save, db, told, option, fs };
        """;

    private const string Shell = """
        #!NODE
        const { load, db, told, fs } = require('./server.js');
        told('mongosh');
        global.print = text => console.log(text);
        global.connect = address => {
          const s = load(), u = new URL(address);
          if (s.down) throw new Error('connect ECONNREFUSED 127.0.0.1:27017');
          if (s.password && (decodeURIComponent(u.password) !== s.password || u.searchParams.get('authSource') !== s.authSource)) { const e = new Error('Authentication failed.'); e.code = 18; throw e; }
          return db(decodeURIComponent(u.pathname.slice(1)));
        };
        console.log('a line that nobody asked for');
        (0, eval)(fs.readFileSync(process.argv[process.argv.length - 1], 'utf8'));
        """;

    private const string Common = """
        #!NODE
        const { load, save, told, option, fs } = require('./server.js');
        const me = require('path').basename(process.argv[1]);
        if (process.argv.includes('--version')) { console.log(me + ' version: ' + (load().tools || '100.9.4')); process.exit(0); }
        told(me);
        const s = load();
        if (s.password && JSON.parse(fs.readFileSync(option('config'), 'utf8').replace('password: ', '')) !== s.password) { console.error('Failed: can\'t create session: auth error: sasl conversation error: unable to authenticate'); process.exit(1); }
        if (s.fail === me) { if (me === 'mongodump') process.stdout.write('half an arch'); console.error('Failed: error at data transfer: it broke'); process.exit(1); }

        """;

    private const string Dump = Common + """
        const d = s.databases[option('db')] || {}, left = process.argv.filter(a => a.startsWith('--excludeCollection=')).map(a => a.slice(20)), out = {};
        for (const name of Object.keys(d).filter(n => !left.includes(n))) { out[name] = d[name]; console.error(`2026-11-22T00:00:00.000+0000\tdone dumping ${option('db')}.${name} (${d[name].length} document${d[name].length === 1 ? '' : 's'})`); }
        process.stdout.write('ARCHIVE' + JSON.stringify({ [option('db')]: out }));
        """;

    private const string Restore = Common + """
        const text = fs.readFileSync(0, 'utf8');
        if (!text.startsWith('ARCHIVE')) { console.error('Failed: stream or file does not appear to be a mongodump archive'); process.exit(1); }
        const [from, to] = [option('nsFrom'), option('nsTo')].map(n => n.replace(/\.\*$/, ''));
        const all = JSON.parse(text.slice(7))[from], lost = s.lose ? 1 : 0;
        s.databases[to] = Object.assign(s.databases[to] || {}, all);
        save(s);
        console.error(`5 document(s) restored successfully. ${lost} document(s) failed to restore.`);
        """;

    private readonly TempFolder _folder;

    private MongoStandIns(TempFolder folder) => _folder = folder;

    /// <summary>The programs by their names.</summary>
    public IReadOnlyDictionary<string, string> Programs => new[] { "mongosh", "mongodump", "mongorestore" }.ToDictionary(name => name, _folder.File);

    /// <summary>What the programs were called with.</summary>
    public string Calls => File.ReadAllText(_folder.File("calls"));

    /// <summary>Lays them out; skips the test without Node.js.</summary>
    public static MongoStandIns In(TempFolder folder)
    {
        var node = BackgroundProgram.Find("node");
        Skip.If(node is null || OperatingSystem.IsWindows(), "The stand-ins of MongoDB's programs are scripts of Node.js, which is not installed.");
        File.WriteAllText(folder.File("server.js"), Server);
        foreach (var (name, text) in new[] { ("mongosh", Shell), ("mongodump", Dump), ("mongorestore", Restore) })
        {
            File.WriteAllText(folder.File(name), text.Replace("#!NODE", "#!" + node, StringComparison.Ordinal));
            File.SetUnixFileMode(folder.File(name), (UnixFileMode)0x1ED);
        }

        var all = new MongoStandIns(folder);
        all.Set(new JsonObject { ["databases"] = new JsonObject { ["app"] = JsonNode.Parse("""{ "users": [{ "_id": 1 }, { "_id": 2 }], "fs.files": [{ "_id": 1, "v": "ü" }], "none": [] }"""), ["other"] = JsonNode.Parse("""{ "x": [{ "_id": 9 }] }""") } });
        return all;
    }

    /// <summary>Reads what the server holds.</summary>
    public JsonObject Get() => JsonNode.Parse(File.ReadAllText(_folder.File("server.json")))!.AsObject();

    /// <summary>Writes it.</summary>
    public void Set(JsonObject state) => File.WriteAllText(_folder.File("server.json"), state.ToJsonString());

    /// <summary>Changes it.</summary>
    public void Change(Action<JsonObject> change)
    {
        var state = Get();
        change(state);
        Set(state);
    }
}
