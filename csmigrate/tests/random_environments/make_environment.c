/*
 * Makes a random environment with the genuine Berkeley DB 5.3: DIRECTORY SEED.
 *
 * One to three processes in turn open it, work in it, and are closed or end in the middle. Everything depends on the seed
 * alone, except for times, file identities, and when the cache writes what.
 */
#include <db.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned long long state;

static unsigned below(unsigned bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return bound == 0 ? 0 : (unsigned)((state >> 11) % bound);
}

static int one_in(unsigned count) {
    return below(count) == 0;
}

static void check(int result, const char *what) {
    if (result != 0) {
        fprintf(stderr, "%s: %s\n", what, db_strerror(result));
        _exit(1);
    }
}

/* A database of the environment, open or not. */
struct base {
    char file[32];
    const char *part;
    DBTYPE type;
    unsigned flags;
    DB *db;
};

#define MOST 12
static struct base bases[MOST];
static int count;
static unsigned page_size;
static unsigned values;
static DB_ENV *env;

static void add(const char *file, const char *part, DBTYPE type, unsigned flags) {
    struct base *base = &bases[count++];
    snprintf(base->file, sizeof base->file, "%s", file);
    base->part = part;
    base->type = type;
    base->flags = flags;
}

static void open_base(struct base *base, DB_TXN *txn) {
    check(db_create(&base->db, env, 0), "db_create");
    if (base->flags != 0)
        check(base->db->set_flags(base->db, base->flags), "set_flags");
    check(base->db->set_pagesize(base->db, page_size), "set_pagesize");
    unsigned flags = DB_CREATE | (txn == NULL ? DB_AUTO_COMMIT : 0);
    check(base->db->open(base->db, txn, base->file, base->part, base->type, flags, 0644), "open");
}

static char key_space[4096], value_space[20000];

static DBT a_key(void) {
    DBT key;
    memset(&key, 0, sizeof key);
    unsigned number = below(400);
    int length = snprintf(key_space, sizeof key_space, "key-%05u", number);
    /* Some keys are long, a few need pages of their own. */
    if (number % 7 == 0) {
        unsigned more = number % 49 == 0 ? page_size / 2 : 40;
        memset(key_space + length, 'k', more);
        length += (int)more;
    }
    key.data = key_space;
    key.size = (unsigned)length;
    return key;
}

/* No two values are the same, so that each change of a record shows. */
static DBT a_value(const struct base *base) {
    DBT value;
    memset(&value, 0, sizeof value);
    int length = snprintf(value_space, sizeof value_space, "value-%u-", ++values);
    /* The library damages a hash database whose duplicates need pages of their own. */
    int may_be_long = base->type != DB_HASH || base->flags == 0;
    unsigned more = may_be_long && one_in(12) ? below(4 * page_size) : below(60);
    if (more > 16000)
        more = 16000;
    memset(value_space + length, 'a' + (int)below(26), more);
    value.data = value_space;
    value.size = (unsigned)length + more;
    return value;
}

static void change(struct base *base, DB_TXN *txn) {
    DBT key = a_key(), value = a_value(base);
    int result = 0;
    switch (below(10)) {
    case 0: case 1: case 2: case 3: case 4:
        result = base->db->put(base->db, txn, &key, &value, 0);
        break;
    case 5: case 6:
        result = base->db->del(base->db, txn, &key, 0);
        break;
    default: {
        DBC *cursor;
        DBT found_key = key, found;
        memset(&found, 0, sizeof found);
        check(base->db->cursor(base->db, txn, &cursor, 0), "cursor");
        unsigned where = base->type == DB_BTREE ? DB_SET_RANGE : DB_SET;
        result = cursor->get(cursor, &found_key, &found, where);
        /* Sometimes a stretch of records goes, so that pages become empty. */
        unsigned steps = one_in(6) ? 40 : 1 + below(3);
        while (result == 0 && steps-- > 0) {
            if (one_in(4) && base->flags != (DB_DUP | DB_DUPSORT)) {
                DBT other = a_value(base);
                result = cursor->put(cursor, &found_key, &other, DB_CURRENT);
            } else {
                result = cursor->del(cursor, 0);
            }
            if (result == 0)
                result = cursor->get(cursor, &found_key, &found, DB_NEXT);
        }
        int closed = cursor->close(cursor);
        if (result == 0)
            result = closed;
    }
    }
    if (result != 0 && result != DB_NOTFOUND && result != DB_KEYEXIST && result != DB_KEYEMPTY)
        check(result, "change");
}

static void flush(void) {
    switch (below(5)) {
    case 0:
        check(env->txn_checkpoint(env, 0, 0, one_in(2) ? DB_FORCE : 0), "checkpoint");
        break;
    case 1:
        check(env->memp_sync(env, NULL), "memp_sync");
        break;
    case 2: {
        struct base *base = &bases[below((unsigned)count)];
        if (base->db != NULL)
            check(base->db->sync(base->db, 0), "sync");
        break;
    }
    case 3: {
        int wrote;
        check(env->memp_trickle(env, 1 + (int)below(100), &wrote), "memp_trickle");
        break;
    }
    default:
        check(env->log_flush(env, NULL), "log_flush");
    }
}

static void work(DB_TXN *txn, unsigned most, int depth) {
    unsigned changes = 1 + below(most);
    while (changes-- > 0) {
        if (depth < 3 && one_in(12)) {
            DB_TXN *child;
            check(env->txn_begin(env, txn, &child, 0), "begin of a child");
            work(child, 8, depth + 1);
            check(one_in(3) ? child->abort(child) : child->commit(child, 0), "end of a child");
        } else {
            struct base *base = &bases[below((unsigned)count)];
            if (base->db != NULL)
                change(base, txn);
        }
        /* A cache that is written in the middle of a transaction. */
        if (one_in(60))
            flush();
    }
}

/* A new file, or a removed one, which is a transaction of its own or part of another. */
static void make_or_remove(DB_TXN *txn) {
    if (count < MOST && one_in(2)) {
        char name[32];
        snprintf(name, sizeof name, "new%u.db", below(1000000));
        add(name, NULL, one_in(2) ? DB_BTREE : DB_HASH, 0);
        open_base(&bases[count - 1], txn);
    } else if (count > 3) {
        struct base *base = &bases[count - 1];
        if (base->db == NULL || base->part != NULL)
            return;
        check(base->db->close(base->db, 0), "close");
        base->db = NULL;
        check(env->dbremove(env, NULL, base->file, NULL, DB_AUTO_COMMIT), "dbremove");
        count--;
    }
}

static void phase(const char *directory, int phase_number, int with_recovery) {
    unsigned cache = one_in(2) ? 256 * 1024 : 1024 * 1024;
    check(db_env_create(&env, 0), "db_env_create");
    check(env->set_cachesize(env, 0, cache, 1), "set_cachesize");
    check(env->set_lg_bsize(env, 16 * 1024), "set_lg_bsize");
    check(env->set_lg_max(env, one_in(2) ? 80 * 1024 : 1024 * 1024), "set_lg_max");
    unsigned locks = 20000;
    env->set_lk_max_locks(env, locks);
    env->set_lk_max_objects(env, locks);
    if (one_in(3))
        check(env->set_flags(env, DB_TXN_NOSYNC, 1), "set_flags");
    unsigned flags = DB_CREATE | DB_INIT_MPOOL | DB_INIT_LOG | DB_INIT_TXN | DB_INIT_LOCK | DB_PRIVATE;
    check(env->open(env, directory, flags | (with_recovery ? DB_RECOVER : 0), 0644), "open of the environment");
    if (one_in(4))
        check(env->log_set_config(env, DB_LOG_AUTO_REMOVE, 1), "log_set_config");

    if (phase_number == 0) {
        add("tree.db", NULL, DB_BTREE, 0);
        add("table.db", NULL, DB_HASH, 0);
        if (one_in(2))
            add("sorted.db", NULL, DB_BTREE, DB_DUP | DB_DUPSORT);
        if (one_in(3))
            add("tabledup.db", NULL, DB_HASH, DB_DUP);
        if (one_in(3))
            add("numbered.db", NULL, DB_BTREE, DB_RECNUM);
        if (one_in(3)) {
            add("parts.db", "tree", DB_BTREE, 0);
            add("parts.db", "table", DB_HASH, 0);
        }
        if (one_in(3))
            add("dup.db", NULL, DB_BTREE, DB_DUP);
    }
    for (int number = 0; number < count; number++)
        open_base(&bases[number], NULL);

    unsigned transactions = below(one_in(3) ? 4 : 60);
    for (unsigned number = 0; number < transactions; number++) {
        DB_TXN *txn;
        check(env->txn_begin(env, NULL, &txn, 0), "begin");
        work(txn, one_in(10) ? 200 : 12, 0);
        int made = -1;
        if (count < MOST && one_in(30)) {
            made = count;
            make_or_remove(txn);
        }
        if (one_in(transactions + 4))
            _exit(0); /* with a transaction open */
        if (one_in(6) && made < 0)
            check(txn->abort(txn), "abort");
        else
            check(txn->commit(txn, one_in(4) ? DB_TXN_WRITE_NOSYNC : 0), "commit");
        if (one_in(8))
            flush();
        if (one_in(40))
            make_or_remove(NULL);
        if (one_in(40)) {
            struct base *base = &bases[below((unsigned)count)];
            if (base->db != NULL && base->type == DB_BTREE)
                check(base->db->compact(base->db, NULL, NULL, NULL, NULL, DB_FREE_SPACE, NULL), "compact");
        }
        if (one_in(2 * transactions + 4))
            _exit(0);
    }

    switch (below(6)) {
    case 0:
        _exit(0);
    case 1:
        check(env->txn_checkpoint(env, 0, 0, DB_FORCE), "checkpoint");
        if (one_in(2))
            _exit(0);
        break;
    case 2:
        check(env->memp_sync(env, NULL), "memp_sync");
        _exit(0);
    default:
        break;
    }
    unsigned how = one_in(5) ? DB_NOSYNC : 0;
    int all = !one_in(5);
    for (int number = 0; number < count; number++)
        if (all || one_in(2))
            if (bases[number].db != NULL)
                check(bases[number].db->close(bases[number].db, how), "close");
    if (!all)
        _exit(0);
    if (one_in(3))
        check(env->txn_checkpoint(env, 0, 0, 0), "checkpoint");
    check(env->close(env, 0), "close of the environment");
    _exit(42);
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    unsigned long long seed = strtoull(argv[2], NULL, 10);
    state = seed * 2654435761ULL + 88172645463325252ULL;
    for (int number = 0; number < 8; number++)
        below(1);
    static const unsigned sizes[] = {512, 1024, 4096};
    page_size = sizes[below(3)];
    int phases = 1 + (int)below(3);
    int closed = 1;
    for (int number = 0; number < phases; number++) {
        unsigned long long own = state;
        /* Only what the first process made is opened again. */
        pid_t child = fork();
        if (child == 0) {
            state = own ^ (0x9e3779b97f4a7c15ULL * (unsigned)(number + 1));
            values = (unsigned)number * 1000000;
            phase(argv[1], 0, !closed || one_in(3));
        }
        int status;
        if (waitpid(child, &status, 0) != child)
            return 3;
        /* The library itself may end it: a way to end like others. */
        if (!WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 42))
            return 0;
        closed = WEXITSTATUS(status) == 42;
        (void)below(1);
    }
    return 0;
}
