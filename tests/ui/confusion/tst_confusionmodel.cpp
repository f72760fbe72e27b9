#include <QtGlobal>
int main(){}
