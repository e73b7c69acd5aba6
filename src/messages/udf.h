/* SPDX-License-Identifier: Apache-2.0 */
/* udf.h -- functions of users: CREATE FUNCTION, and what their calls can get wrong.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_UDF_H
#define FL_MESSAGES_UDF_H

// clang-format off: one part of an entry on a line

/* The name is taken in its database. */
#define FL_ERR_UDF_EXISTS \
    FL_E_VALIDATION, "Function %s.%s already exists in Catalog %s." \
    FL_ADVICE "choose another name, or write CREATE FUNCTION IF NOT EXISTS, or ALTER FUNCTION to change it"

/* A temporary function of this path is there. */
#define FL_ERR_UDF_TEMPORARY_EXISTS \
    FL_E_VALIDATION, \
    "Could not register temporary catalog function. A function '%s.%s.%s' does already exist." \
    FL_ADVICE "choose another name, or write IF NOT EXISTS, or DROP TEMPORARY FUNCTION first"

/* A temporary system function of this name is there. */
#define FL_ERR_UDF_SYSTEM_EXISTS \
    FL_E_VALIDATION, "Could not register temporary system function. A function named '%s' does already exist." \
    FL_ADVICE "choose another name, or write IF NOT EXISTS, or DROP TEMPORARY SYSTEM FUNCTION first"

/* There is none to be altered or dropped. */
#define FL_ERR_UDF_MISSING \
    FL_E_VALIDATION, "Function %s.%s does not exist in Catalog %s." \
    FL_ADVICE "SHOW USER FUNCTIONS lists what there is; IF EXISTS passes over one that is not there"

/* There is no such temporary function. */
#define FL_ERR_UDF_TEMPORARY_MISSING \
    FL_E_VALIDATION, "Temporary catalog function `%s`.`%s`.`%s` doesn't exist" \
    FL_ADVICE "SHOW USER FUNCTIONS lists what there is; IF EXISTS passes over one that is not there"

/* There is no such temporary system function. */
#define FL_ERR_UDF_SYSTEM_MISSING \
    FL_E_VALIDATION, "Could not drop temporary system function. A function named '%s' doesn't exist." \
    FL_ADVICE "SHOW USER FUNCTIONS lists what there is; IF EXISTS passes over one that is not there"

/* Nothing is called so. */
#define FL_ERR_UDF_DESCRIBE \
    FL_E_VALIDATION, "Function with the identifier '%s' doesn't exist." \
    FL_ADVICE "SHOW FUNCTIONS lists what there is"

/* Flink alters permanent functions only. */
#define FL_ERR_UDF_ALTER_TEMPORARY \
    FL_E_UNSUPPORTED, "Alter temporary %s function is not supported" \
    FL_ADVICE "drop it and create it anew"

/* Nothing tells what the function is. */
#define FL_ERR_UDF_NOTHING \
    FL_E_VALIDATION, "className cannot be null or empty: AS '' names no function" \
    FL_ADVICE "write AS 'module.name' LANGUAGE PYTHON or AS 'module.so:symbol' LANGUAGE C"

/* The grammar knows LANGUAGE SQL, Flink itself does not. */
#define FL_ERR_UDF_LANGUAGE_SQL \
    FL_E_VALIDATION, \
    "a function cannot be in LANGUAGE SQL: No enum constant org.apache.flink.table.catalog.FunctionLanguage.SQL" \
    FL_ADVICE "write a view or a computed column over the expression, or a function in LANGUAGE C or PYTHON"

/* The class is in a JAR, and there is no Java here. */
#define FL_ERR_UDF_JAVA \
    FL_E_UNSUPPORTED, "function %s is the %s class %s, which only a Java process can load" \
    FL_ADVICE "use a built-in function that does the same (`flott functions` lists them), or write it in LANGUAGE C " \
              "or PYTHON; examples/functions/ shows how"

/* Nobody has said where functions of this language come from. */
#define FL_ERR_UDF_LANGUAGE \
    FL_E_UNSUPPORTED, "function %s is '%s' in LANGUAGE %s, and this session has no %s" \
    FL_ADVICE "run the script inside Python (python -m flott), or write the function in LANGUAGE C"

/* The words are those of whoever brings the language in. */
#define FL_ERR_UDF_RESOLVE \
    FL_E_VALIDATION, "function %s: cannot load '%s': %s" \
    FL_ADVICE "check the name behind AS, and that its module can be loaded"

/* C is at home here, and Java has no place. */
#define FL_ERR_UDF_LANGUAGE_FIXED \
    FL_E_VALIDATION, "functions in LANGUAGE %s cannot come from outside" \
    FL_ADVICE "the language that can be set is PYTHON"

/* AS of a C function names a file and a symbol in it. */
#define FL_ERR_UDF_C_FORM \
    FL_E_VALIDATION, "function %s: '%s' does not name a function in C" \
    FL_ADVICE "write AS 'module.so:symbol'"

/* The file is in none of the folders where modules are looked for. */
#define FL_ERR_UDF_FILE \
    FL_E_VALIDATION, "function %s: cannot find the module '%s'; looked in %s" \
    FL_ADVICE "put the file there, set FLOTT_MODULE_PATH to its folder, or write an absolute path"

/* The symbol is there, but it is something else, or was made for another flott. */
#define FL_ERR_UDF_ABI \
    FL_E_VALIDATION, "function %s: %s is made for interface %u of flott_function.h, this is %u" \
    FL_ADVICE "compile the module again with the flott_function.h of this flott; if it is new, check that the symbol " \
              "is a flott_function or returns one"

/* The table lacks a hook that its kind needs. */
#define FL_ERR_UDF_INCOMPLETE \
    FL_E_VALIDATION, "function %s: %s has no %s" \
    FL_ADVICE "fill it in: flott_function.h tells what it is for"

/* A table function stands where a value is wanted. */
#define FL_ERR_UDF_NOT_SCALAR \
    FL_E_VALIDATION, "function %s is a table function and gives rows, not a value" \
    FL_ADVICE "write it in FROM: FROM t, LATERAL TABLE(%s(…)) AS r (…)"

/* Sets of rows are not kept. */
#define FL_ERR_UDF_DISTINCT \
    FL_E_UNSUPPORTED, "%s(DISTINCT …) of several arguments is not supported" \
    FL_ADVICE "select DISTINCT rows in a subquery, and aggregate these"

/* A scalar function stands where rows are wanted. */
#define FL_ERR_UDF_NOT_TABLE \
    FL_E_VALIDATION, "No match found for table function '%s': it gives one value, not rows" \
    FL_ADVICE "call it in SELECT or WHERE; an aggregate function, with GROUP BY"

/* The words are the function's own. */
#define FL_ERR_UDF_REFUSED \
    FL_E_VALIDATION, "Invalid function call: %s(%s): %s" \
    FL_ADVICE "write CAST(… AS …) around the argument that does not fit"

/* What the function names as a type is none. */
#define FL_ERR_UDF_TYPE \
    FL_E_VALIDATION, "function %s: the type that it gives for %s is none: %s" \
    FL_ADVICE "this is a fault of the function: it must name a type as SQL writes it, such as DECIMAL(10, 2)"

/* As many as a method of Java can have. */
#define FL_ERR_UDF_ARGS \
    FL_E_LIMIT, "Invalid function call: %s is given %d arguments; at most %d" \
    FL_ADVICE "pass some of them as an ARRAY or a ROW"

/* Only casts that lose nothing are made without being asked for. */
#define FL_ERR_UDF_ARGUMENT \
    FL_E_VALIDATION, \
    "Invalid function call: %s takes %s as argument %d, and %s does not become that without an explicit cast" \
    FL_ADVICE "write CAST(… AS …) around the argument"

/* The words are the function's own. */
#define FL_ERR_UDF_FAILED \
    FL_E_RUNTIME, "function %s failed: %s" \
    FL_ADVICE "the function says so itself; see what it needs of its arguments"

/* It has answered with another number of values than it was asked for. */
#define FL_ERR_UDF_LENGTH \
    FL_E_RUNTIME, "function %s gave %lld values for %d rows" \
    FL_ADVICE "this is a fault of the function: a scalar function gives one value for each row"

/* It says that all went well, and there is nothing. */
#define FL_ERR_UDF_NO_RESULT \
    FL_E_RUNTIME, "function %s gave no result" \
    FL_ADVICE "this is a fault of the function: it must fill the array, or say what went wrong"

/* The rows of a table function do not tell in order what they are made from. */
#define FL_ERR_UDF_ORIGIN \
    FL_E_RUNTIME, "function %s: its row %lld is said to be made from argument row %d, which is %s" \
    FL_ADVICE "this is a fault of the function: origins ascend from 0 to the number of argument rows"

/* Made rows are counted in 31 bits; a batch of arguments has up to 65535 rows. */
#define FL_ERR_UDF_ROWS \
    FL_E_LIMIT, "function %s gave %lld rows for one batch of arguments; at most %d" \
    FL_ADVICE "let the function make fewer rows for each, or make them in several steps"

/* The result has NULLs although its type says that there are none. */
#define FL_ERR_UDF_NULL \
    FL_E_RUNTIME, "function %s gave NULL, and its result is %s" \
    FL_ADVICE "this is a fault of the function: give it a type without NOT NULL"

/* ---- places: what stands before a message ---- */

/* Stands before what is wrong with an array that a function has given. */
#define FL_AT_UDF_RESULT \
    "function %s: its result cannot be read: "

/* Stands before what is wrong with the arguments on their way to a function. */
#define FL_AT_UDF_ARGUMENTS \
    "function %s: its arguments cannot be handed over: "

/* Stands before why a module cannot be used. */
#define FL_AT_UDF_MODULE \
    "function %s: "

// clang-format on

#endif
