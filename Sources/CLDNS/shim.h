#pragma once
#include <ldns/ldns.h>
